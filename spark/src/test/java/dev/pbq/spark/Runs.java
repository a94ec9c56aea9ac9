package dev.pbq.spark;

import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.hub.DownloadListener;
import dev.pbq.workflow.engine.EngineChoice;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Runs of one model, here and on Spark. */
record Runs(Path model) {
  /** Spark in this process, two tasks at a time. */
  static final EngineChoice THREADS = new EngineChoice("spark", Optional.of("local[2]"));

  QuantizationReport run(Recipe recipe, Path output, EngineChoice engine) {
    return run(recipe, output, Existing.REFUSE, engine, ProgressListener.SILENT);
  }

  QuantizationReport run(
      Recipe recipe,
      Path output,
      Existing existing,
      EngineChoice engine,
      ProgressListener progress) {
    ResolvedModel resolved = new ResolvedModel("m", "m", model, "local folder");
    Texts texts = new Texts(Optional.empty(), Map.of(), DownloadListener.SILENT);
    try (RecipeRun run = RecipeRun.open(resolved, recipe, texts, 1)) {
      return run.quantize(output, existing, engine, progress);
    }
  }

  /** The weights of a result. */
  static byte[] weights(Path output) throws IOException {
    return Files.readAllBytes(output.resolve(WeightFiles.PACKED.single()));
  }

  /** A run that is ended. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Ends the run after a block. */
  static ProgressListener killedAfter(int last) {
    return new ProgressListener() {
      @Override
      public void blockDone(int block, double seconds) {
        if (block == last) {
          throw new Killed();
        }
      }
    };
  }
}
