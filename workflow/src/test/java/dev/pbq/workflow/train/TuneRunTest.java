package dev.pbq.workflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.Model;
import dev.pbq.Pbq;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.packed.EntropyCodedLinear;
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
import dev.pbq.workflow.recipe.VocabularyChoice;
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
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

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

  /** Also with embedding and head packed. */
  private Path entropyCoded() {
    Path folder = temporary.resolve("ecq");
    Recipe recipe =
        Recipe.of("ecq")
            .set("bits", 1.5)
            .set("dataFree", true)
            .withVocabulary(new VocabularyChoice(4.0, null, null, null));
    Pbq.local().withThreads(1).model(dense).quantize(recipe, folder);
    return folder;
  }

  private TuneRun run(Path folder, double rate) {
    return run(folder, rate, TrainingProgress.SILENT);
  }

  private TuneRun run(Path folder, double rate, TrainingProgress progress) {
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
        progress);
  }

  private static RunOutput output(Path directory) {
    return output(directory, false);
  }

  private static RunOutput output(Path directory, boolean resume) {
    return new RunOutput(directory, resume, false, ShardSize.DEFAULT, Map.of());
  }

  @Test
  void scalesChangeCodesStayAndTheDivergenceFalls() throws IOException {
    Path output = temporary.resolve("tuned");
    TuneResult result = run(packed, 3e-3).run(output(output));
    assertThat(result.bestStep()).isPositive();
    assertThat(result.after()).isLessThan(result.before());
    assertThat(result.bitsAfter()).isEqualTo(result.bitsBefore());
    assertThat(Files.size(output.resolve(WeightFiles.PACKED.single())))
        .isEqualTo(Files.size(packed.resolve(WeightFiles.PACKED.single())));
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
    assertThat(Files.readAllBytes(output.resolve(WeightFiles.PACKED.single())))
        .isEqualTo(Files.readAllBytes(packed.resolve(WeightFiles.PACKED.single())));
  }

  @Test
  void entropyCodedLayersGainRowScales() {
    Path start = entropyCoded();
    Path output = temporary.resolve("tuned");
    TuneResult result = run(start, 3e-3).run(output(output));
    assertThat(result.after()).isLessThan(result.before());
    BitAccount bits = BitAccount.empty();
    long rows = 0;
    try (PackedCheckpoint before = PackedCheckpoint.open(ModelFolder.open(start));
        PackedCheckpoint after = PackedCheckpoint.open(ModelFolder.open(output))) {
      assertThat(after.packedLinears()).isEqualTo(before.packedLinears());
      for (String name : after.packedLinears()) {
        if (before.packed(name) instanceof EntropyCodedLinear a) {
          EntropyCodedLinear b = (EntropyCodedLinear) after.packed(name);
          assertThat(b.codes()).isEqualTo(a.codes());
          assertThat(b.rowScales()).isPresent();
          bits = bits.plus(b.bits());
          rows += b.rows();
        } else {
          assertThat(after.packed(name)).as(name).isEqualTo(before.packed(name));
        }
      }
      assertThat(after.packed("model.embed_tokens")).isEqualTo(before.packed("model.embed_tokens"));
    }
    assertThat(result.bitsAfter()).isEqualTo(bits);
    assertThat(result.bitsAfter().total() - result.bitsBefore().total()).isEqualTo(16 * rows);
  }

  @Test
  void anEntropyCodedStartIsKeptWhereARateOnlyHarms() throws IOException {
    Path start = entropyCoded();
    Path output = temporary.resolve("harmed");
    TuneResult result = run(start, 1).run(output(output));
    assertThat(result.bestStep()).isZero();
    assertThat(result.bitsAfter()).isEqualTo(result.bitsBefore());
    assertThat(Files.readAllBytes(output.resolve(WeightFiles.PACKED.single())))
        .isEqualTo(Files.readAllBytes(start.resolve(WeightFiles.PACKED.single())));
  }

  @Test
  void aKilledTuningThatIsResumedGivesTheSameBytes() throws IOException {
    Path start = entropyCoded();
    Path whole = temporary.resolve("whole");
    run(start, 3e-3).run(output(whole));
    Path killed = temporary.resolve("killed");
    TrainingProgress killer =
        point -> {
          if (point.step() == 6) {
            throw new Killed();
          }
        };
    TuneRun first = run(start, 3e-3, killer);
    assertThatThrownBy(() -> first.run(output(killed))).isInstanceOf(Killed.class);
    run(start, 3e-3).run(output(killed, true));
    for (String file :
        new String[] {WeightFiles.PACKED.single(), "training.jsonl", "config.json"}) {
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
  }

  @Test
  void aDenseFolderIsRefused() {
    assertThatThrownBy(() -> run(dense, 1e-3).run(output(temporary.resolve("no"))))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("there is nothing to tune");
  }
}
