package dev.pbq.workflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.packed.BitKind;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.run.Running;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.method.HqqPlus;
import dev.pbq.train.method.HqqPlusSettings;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.TrainingData;
import dev.pbq.train.run.TrainingPlan;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.train.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of HQQ+ on the built-in model. */
class HqqPlusRunTest {
  private static final String LAYER = "model.layers.1.mlp.up_proj";

  @TempDir private Path temporary;

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static TrainingMethod method(boolean mergeZero) {
    HqqPlusSettings settings =
        new HqqPlusSettings(
            1.0,
            mergeZero ? -1 : 64,
            1,
            null,
            8,
            4,
            null,
            null,
            null,
            HqqPlusSettings.Loss.KD,
            null,
            mergeZero,
            null);
    return HqqPlus.open(settings);
  }

  private TrainingRun run(TrainingMethod method, TrainingProgress progress) {
    Path folder = TinyModel.unpack(temporary.resolve("tiny"));
    TrainingPlan plan =
        TrainingPlan.DEFAULT
            .withSteps(6)
            .withWindows(2, 1, 32)
            .withRate(5e-3, 1)
            .withSeed(1)
            .withHeldOut(4);
    return new TrainingRun(
        new ResolvedModel("tiny", "tiny", folder, "built in"),
        method,
        plan,
        TrainingData.of(CalibrationText.of("text", TinyModel.calibrationText())),
        Running.of(1, Long.MAX_VALUE),
        progress);
  }

  private static RunOutput output(Path directory, boolean resume) {
    return new RunOutput(directory, resume, false, ShardSize.DEFAULT, Map.of());
  }

  @Test
  void aKilledRunThatIsResumedGivesTheSameBytes() throws IOException {
    Path whole = temporary.resolve("whole");
    TrainingResult result = run(method(false), TrainingProgress.SILENT).run(output(whole, false));
    assertThat(result.heldOutAfter()).isLessThan(result.heldOutBefore());
    assertThat(result.report().size().storedByKind())
        .containsOnlyKeys(BitKind.SIGNS, BitKind.SCALES, BitKind.ZERO_POINTS, BitKind.ADAPTERS);

    Path killed = temporary.resolve("killed");
    TrainingProgress killer =
        point -> {
          if (point.step() == 5) {
            throw new Killed();
          }
        };
    TrainingRun first = run(method(false), killer);
    assertThatThrownBy(() -> first.run(output(killed, false))).isInstanceOf(Killed.class);
    TrainingRun other = run(method(true), TrainingProgress.SILENT);
    assertThatThrownBy(() -> other.run(output(killed, true)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("mergeZero");
    run(method(false), TrainingProgress.SILENT).run(output(killed, true));
    for (String file :
        new String[] {WeightFiles.PACKED.single(), "training.jsonl", "config.json"}) {
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
  }

  @Test
  void mergedZeroPointsAreNotStored() {
    Path output = temporary.resolve("merged");
    TrainingResult result = run(method(true), TrainingProgress.SILENT).run(output(output, false));
    assertThat(result.report().size().storedByKind())
        .containsOnlyKeys(BitKind.SIGNS, BitKind.SCALES, BitKind.ADAPTERS);
    try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(output))) {
      LowRankLinear layer = (LowRankLinear) packed.packed(LAYER);
      assertThat(layer.rank()).isEqualTo(5);
      assertThat(layer.base().zero()).isInstanceOf(HqqParameters.None.class);
      assertThat(layer.bias()).isPresent();
      assertThat(packed.ownBiases()).contains(LAYER + ".bias");
    }
  }
}
