package dev.pbq.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.testkit.GrownVocabulary;
import dev.pbq.tiny.TinyModel;
import dev.pbq.workflow.engine.EngineChoice;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark inside one process: the same bytes as without, or a refusal by name. */
class SparkEngineTest {
  private static final int TOKENS = 24;

  /** So many that they are two batches: 8192 tokens are one. */
  private static final int WINDOWS = 350;

  @TempDir private Path folder;

  private Runs family(String name) throws IOException {
    Path golden = Path.of("..", "core", "src", "test", "resources", "architectures", name);
    return new Runs(
        GrownVocabulary.copy(
            golden, TinyModel.unpack(folder.resolve("tiny")), folder.resolve("model")));
  }

  private void compare(Runs runs, Recipe recipe) throws IOException {
    runs.run(recipe, folder.resolve("here"), EngineChoice.LOCAL);
    runs.run(recipe, folder.resolve("there"), Runs.THREADS);
    assertThat(Runs.weights(folder.resolve("there")))
        .isEqualTo(Runs.weights(folder.resolve("here")));
  }

  @Test
  void linearsWithoutCalibration() throws IOException {
    compare(family("gemma2"), Recipe.of("hqq").set("bits", 4).set("groupsize", 8));
  }

  @Test
  void expertsThatSawTooFewTokensAndThoseThatDidNot() throws IOException {
    compare(family("mixtral"), Recipe.of("gptq").set("bits", 3).calibratedOn("tiny", 1, TOKENS));
  }

  @Test
  void oneInputAfterTheOtherAndMethodsJudgedOnHeldOutWindows() throws IOException {
    Recipe recipe =
        Recipe.of("gptq").set("dampingChoice", "heldout").calibratedOn("tiny", WINDOWS, TOKENS);
    compare(family("granite"), recipe.withTrueSequential(true));
  }

  @Test
  void whatOneEngineBeganTheOtherEnds() throws IOException {
    Runs runs = family("granite");
    Recipe recipe = Recipe.of("xnor").set("lowFrac", 0.9).calibratedOn("tiny", WINDOWS, TOKENS);
    Path whole = folder.resolve("whole");
    runs.run(recipe, whole, EngineChoice.LOCAL);
    Path begunHere = folder.resolve("here");
    assertThatThrownBy(
            () ->
                runs.run(
                    recipe, begunHere, Existing.REFUSE, EngineChoice.LOCAL, Runs.killedAfter(0)))
        .isInstanceOf(Runs.Killed.class);
    runs.run(recipe, begunHere, Existing.RESUME, Runs.THREADS, Runs.killedAfter(-1));
    assertThat(Runs.weights(begunHere)).isEqualTo(Runs.weights(whole));

    Path begunThere = folder.resolve("there");
    assertThatThrownBy(
            () -> runs.run(recipe, begunThere, Existing.REFUSE, Runs.THREADS, Runs.killedAfter(0)))
        .isInstanceOf(Runs.Killed.class);
    // The hidden states were on the executors, which are gone.
    assertThatThrownBy(
            () ->
                runs.run(
                    recipe, begunThere, Existing.RESUME, EngineChoice.LOCAL, Runs.killedAfter(-1)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("hidden states of block 1");
    runs.run(recipe, begunThere, Existing.RESUME, Runs.THREADS, Runs.killedAfter(-1));
    assertThat(Runs.weights(begunThere)).isEqualTo(Runs.weights(whole));
  }

  @Test
  void whatIsNotCarriedIsRefusedByName() throws IOException {
    Runs runs = family("granite");
    Recipe recipe = Recipe.of("gptq").calibratedOn("tiny", 4, TOKENS);
    assertThatThrownBy(
            () ->
                runs.run(recipe.withTargets(Targets.QUANTIZED), folder.resolve("no"), Runs.THREADS))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("targets quantized");
    EngineChoice nowhere = new EngineChoice("spark", Optional.of("nowhere"));
    assertThatThrownBy(() -> runs.run(recipe, folder.resolve("no"), nowhere))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("nowhere");
    EngineChoice unsaid = new EngineChoice("spark", Optional.empty());
    assertThatThrownBy(() -> runs.run(recipe, folder.resolve("no"), unsaid))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("local-cluster");
    assertThat(folder.resolve("no")).doesNotExist();
    assertThat(folder.resolve("no.partial")).doesNotExist();
    assertThatThrownBy(() -> new EngineChoice("abacus", Optional.empty()))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("local, spark");
    assertThatThrownBy(() -> new EngineChoice("local", Optional.of("local[2]")))
        .isInstanceOf(PbqException.class);
  }
}
