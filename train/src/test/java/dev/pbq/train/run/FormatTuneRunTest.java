package dev.pbq.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.run.Running;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.method.FormatTune;
import dev.pbq.train.method.FormatTuneSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole fine-tunings of the built-in model in number formats. */
class FormatTuneRunTest {
  private static final TrainingPlan PLAN =
      TrainingPlan.DEFAULT.withSteps(6).withWindows(2, 2, 32).withRate(1e-3, 0).withHeldOut(4);

  private static final FormatTuneSettings W4A4 = FormatTuneSettings.DEFAULT;

  @TempDir private Path temporary;

  /** Ends a run as a kill would. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private TrainingResult run(
      FormatTuneSettings settings, Path output, boolean resume, TrainingProgress progress) {
    Path folder = TinyModel.unpack(temporary.resolve("tiny"));
    CalibrationText text = CalibrationText.of("text", TinyModel.calibrationText());
    return new TrainingRun(
            new ResolvedModel("tiny", "tiny", folder, "built in"),
            new FormatTune(settings),
            PLAN,
            new TrainingData(Optional.of(text), 0, Optional.empty()),
            Running.of(1, Long.MAX_VALUE),
            progress)
        .run(new RunOutput(output, resume, false, ShardSize.DEFAULT, Map.of()));
  }

  @Test
  void theResultIsPackedWithItsFormatsAndResumedToTheSameBytes() throws IOException {
    Path whole = temporary.resolve("whole");
    TrainingResult result = run(W4A4, whole, false, TrainingProgress.SILENT);
    assertThat(result.heldOutAfter()).isNotEqualTo(result.heldOutBefore());
    assertThat(ActFormat.recorded(ModelFolder.open(whole))).isPresent();
    Path folder = TinyModel.unpack(temporary.resolve("tiny"));
    try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(whole));
        Checkpoint original = Checkpoint.open(folder)) {
      assertThat(packed.packed("model.layers.0.mlp.up_proj")).isInstanceOf(BlockFormatLinear.class);
      float[] before = original.read("model.embed_tokens.weight");
      assertThat(packed.read("model.embed_tokens.weight"))
          .hasSameSizeAs(before)
          .isNotEqualTo(before);
    }

    Path killed = temporary.resolve("killed");
    TrainingProgress killer =
        point -> {
          if (point.step() == 4) {
            throw new Killed();
          }
        };
    assertThatThrownBy(() -> run(W4A4, killed, false, killer)).isInstanceOf(Killed.class);
    run(W4A4, killed, true, TrainingProgress.SILENT);
    for (String file : new String[] {WeightFiles.PACKED.single(), LossCurve.FILE, "config.json"}) {
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
  }

  /** The run itself compares what is stored with what was trained. */
  @ParameterizedTest
  @ValueSource(strings = {"bmf", "bl", "minifloat", "dmf", "log", "int"})
  void everyFormatIsStoredAsItWasTrained(String format) {
    TrainingResult result =
        run(
            W4A4.withFormat(format, null),
            temporary.resolve(format),
            false,
            TrainingProgress.SILENT);
    assertThat(result.curve()).hasSize(7);
    assertThat(result.curve().get(6).gradientNorm()).isPositive();
  }

  @Test
  void asTheOriginalProgramAndByDistillation() {
    TrainingResult compat =
        run(W4A4.withCompat(true), temporary.resolve("compat"), false, TrainingProgress.SILENT);
    TrainingResult distilled =
        run(
            W4A4.withFormat("bfp", "bits=3,block=1x16").withDistill(1),
            temporary.resolve("distilled"),
            false,
            TrainingProgress.SILENT);
    assertThat(compat.heldOutAfter()).isNotEqualTo(distilled.heldOutAfter());
    assertThat(distilled.heldOutAfter()).isLessThan(distilled.heldOutBefore());
  }

  @Test
  void formatsThatDoNotFitAreRefusedInOneLine() {
    refuse(W4A4.withFormat("bypass", null), "is bypassed: its weight has no format");
    refuse(W4A4.withFormat("bfp-w4a4", "bits=4"), "is complete");
    refuse(W4A4.withFormat("bfp", "bits=40"), "bits");
    refuse(W4A4.withFormat("int", "fracWidth=auto"), "do not follow the weights");
    refuse(W4A4.withFormat("no-such", null), "is neither a file nor a preset");
  }

  private void refuse(FormatTuneSettings settings, String message) {
    assertThatThrownBy(() -> run(settings, temporary.resolve("no"), false, TrainingProgress.SILENT))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining(message);
    assertThat(temporary.resolve("no")).doesNotExist();
  }
}
