package dev.pbq.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.tiny.TinyModel;
import dev.pbq.workflow.engine.EngineChoice;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two worker processes on this machine, one of which is killed in the middle. */
class LostWorkerTest {
  private static final EngineChoice CLUSTER =
      new EngineChoice("spark", Optional.of("local-cluster[2,1,1024]"));

  @TempDir private Path folder;

  @Test
  void theBytesAreThoseOfOneMachineAlsoWithoutAWorker() throws IOException {
    // Executors are started from here: the class path that they are given has everything.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    Runs runs = new Runs(TinyModel.unpack(folder.resolve("tiny")));
    Recipe recipe = Recipe.of("gptq").set("bits", 3).calibratedOn("tiny", 40, 256);
    runs.run(recipe, folder.resolve("here"), EngineChoice.LOCAL);

    AtomicInteger executors = new AtomicInteger();
    ProgressListener killer =
        new ProgressListener() {
          @Override
          public void phase(int block, String activity) {
            if (block == 1 && executors.get() == 0) {
              List<ProcessHandle> children = ProcessHandle.current().children().toList();
              executors.set(children.size());
              assertThat(children.get(0).destroyForcibly()).isTrue();
            }
          }
        };
    runs.run(recipe, folder.resolve("there"), Existing.REFUSE, CLUSTER, killer);
    assertThat(executors.get()).isGreaterThanOrEqualTo(2);
    assertThat(Runs.weights(folder.resolve("there")))
        .isEqualTo(Runs.weights(folder.resolve("here")));
  }
}
