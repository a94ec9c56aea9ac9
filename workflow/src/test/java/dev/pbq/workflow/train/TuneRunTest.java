package dev.pbq.workflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.Model;
import dev.pbq.Pbq;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.eval.run.Running;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.run.TrainingData;
import dev.pbq.train.run.TrainingPlan;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.tune.TuneResult;
import dev.pbq.train.tune.TuneRun;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole tunings on the built-in model. */
class TuneRunTest {
  @TempDir private Path temporary;

  private Path dense;
  private Path packed;

  @BeforeEach
  void quantize() {
    dense = TinyModel.unpack(temporary.resolve("tiny"));
    packed = temporary.resolve("rtn");
    Model model = Pbq.local().withThreads(1).model(dense);
    model.quantize(Recipe.of("rtn").set("bits", 2), packed);
  }

  private TuneRun run(Path folder, double rate) {
    TrainingPlan plan =
        TrainingPlan.DEFAULT
            .withSteps(8)
            .withWindows(2, 1, 32)
            .withRate(rate, 1)
            .withSeed(1)
            .withHeldOut(4);
    CalibrationText text = CalibrationText.of("text", TinyModel.calibrationText());
    return new TuneRun(
        ModelFolder.open(folder),
        plan,
        new TrainingData(Optional.of(text), 0, Optional.of(ModelFolder.open(dense))),
        Running.of(1, Long.MAX_VALUE),
        TrainingProgress.SILENT);
  }

  private static RunOutput output(Path directory) {
    return new RunOutput(directory, false, false, ShardSize.DEFAULT, Map.of());
  }

  @Test
  void scalesChangeCodesStayAndTheDivergenceFalls() throws IOException {
    Path output = temporary.resolve("tuned");
    TuneResult result = run(packed, 3e-3).run(output(output));
    assertThat(result.bestStep()).isPositive();
    assertThat(result.after()).isLessThan(result.before());
    assertThat(Files.size(output.resolve("model.safetensors")))
        .isEqualTo(Files.size(packed.resolve("model.safetensors")));
    String name = "model.layers.0.self_attn.q_proj";
    try (PackedCheckpoint before = PackedCheckpoint.open(ModelFolder.open(packed));
        PackedCheckpoint after = PackedCheckpoint.open(ModelFolder.open(output))) {
      UniformLinear a = (UniformLinear) before.packed(name);
      UniformLinear b = (UniformLinear) after.packed(name);
      assertThat(b.codes()).isEqualTo(a.codes());
      assertThat(b.grid().zero()).isEqualTo(a.grid().zero());
      assertThat(b.grid().scale()).isNotEqualTo(a.grid().scale());
    }
    ModelFolder folder = ModelFolder.open(output);
    assertThat(folder.quantizationConfig().path("method").asText()).isEqualTo("rtn");
    assertThat(folder.quantizationConfig().path("tuning").path("bestStep").asInt())
        .isEqualTo(result.bestStep());
  }

  @Test
  void aRateThatOnlyHarmsKeepsTheStart() throws IOException {
    Path output = temporary.resolve("harmed");
    TuneResult result = run(packed, 3).run(output(output));
    assertThat(result.bestStep()).isZero();
    assertThat(result.after()).isEqualTo(result.before());
    assertThat(Files.readAllBytes(output.resolve("model.safetensors")))
        .isEqualTo(Files.readAllBytes(packed.resolve("model.safetensors")));
  }

  @Test
  void aDenseFolderIsRefused() {
    assertThatThrownBy(() -> run(dense, 1e-3).run(output(temporary.resolve("no"))))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("there is nothing to tune");
  }
}
