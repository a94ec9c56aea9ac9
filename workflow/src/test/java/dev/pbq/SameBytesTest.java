package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.RunMemory;
import dev.pbq.hub.DownloadListener;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.MemoryLimit;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.Texts;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A result has the same fingerprint for any number of threads, and within any memory. */
class SameBytesTest {
  @TempDir private Path folder;

  /** Enough windows for several pieces that run side by side. */
  private static Recipe recipe(String method) {
    Recipe recipe = Recipe.of(method).calibratedOn("tiny", 40, 64);
    return method.matches("xnor|sign") ? recipe.set("lowFrac", 0.9) : recipe;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gptq", "xnor", "sign", "billm", "arb", "arb-x", "arb-rc", "ecq", "rtn", "hqq", "bfp"
      })
  void anyNumberOfThreadsGivesTheSameTensors(String method) {
    String one = fingerprint(method, 1);
    for (int threads : new int[] {2, 3, 5}) {
      assertThat(fingerprint(method, threads)).as("%d threads", threads).isEqualTo(one);
    }
  }

  private String fingerprint(String method, int threads) {
    Path output = folder.resolve(method + threads);
    return Pbq.local()
        .withThreads(threads)
        .model("tiny")
        .quantize(recipe(method), output)
        .report()
        .orElseThrow()
        .tensorsSha256();
  }

  @Test
  void lessMemoryGivesTheSameTensors() {
    Path model = Pbq.local().model("tiny").path();
    ResolvedModel tiny = new ResolvedModel("tiny", "tiny", model, "built in");
    Texts texts = new Texts(Optional.empty(), Map.of(), DownloadListener.SILENT);
    String usual = fingerprint("gptq", 2);
    long bytes;
    try (RecipeRun run = RecipeRun.open(tiny, recipe("gptq"), texts, 2)) {
      bytes = run.estimate().memoryBytes();
    }
    MemoryLimit limit = new MemoryLimit(bytes - 1);
    try (RecipeRun run = RecipeRun.open(tiny, recipe("gptq"), texts, 2, limit)) {
      assertThat(run.estimate().memory()).isNotEqualTo(RunMemory.USUAL);
      assertThat(run.estimate().memoryBytes()).isLessThan(bytes);
      assertThat(
              run.quantize(folder.resolve("less"), Existing.REFUSE, ProgressListener.SILENT)
                  .tensorsSha256())
          .isEqualTo(usual);
    }
  }
}
