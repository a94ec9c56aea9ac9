package dev.pbq.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.Amounts;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.pipeline.PeakMemory;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.hub.DownloadListener;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.MemoryLimit;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Quantizes a {@linkplain SyntheticModel synthetic model} and compares the peak of this process's
 * resident memory with what was planned; fails where they differ by more than a quarter. Few short
 * windows are enough: what Hessians and weights take does not depend on them. Start Java as {@code
 * pbq} does, as the plan counts the heap so.
 *
 * <pre>java -cp ... dev.pbq.bench.PeakCheck SHAPE FOLDER [--blocks N] [--method M]
 *     [--settings JSON] [--max-memory SIZE] [--threads N]</pre>
 */
public final class PeakCheck {
  private static final double TOLERANCE = 0.25;
  private static final int WINDOWS = 4;
  private static final int TOKENS = 128;

  private PeakCheck() {}

  /** Writes the model, if it is not there, and quantizes it. */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = new HashMap<>();
    for (int i = 2; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    SyntheticShape shape = SyntheticShape.of(args[0]);
    Path folder = Path.of(args[1]);
    int threads =
        Optional.ofNullable(options.get("--threads"))
            .map(Integer::parseInt)
            .orElse(Runtime.getRuntime().availableProcessors());
    if (!Files.exists(folder.resolve("config.json"))) {
      int blocks = Integer.parseInt(options.getOrDefault("--blocks", "1"));
      SyntheticModel.write(shape, folder, blocks, SyntheticModel.VOCABULARY);
    }
    String label = folder.getFileName().toString();
    ResolvedModel model = new ResolvedModel(label, label, folder, "local folder");
    MemoryLimit limit = MemoryLimit.parse(options.get("--max-memory"));
    Texts texts = new Texts(Optional.empty(), Map.of(), DownloadListener.SILENT);
    try (RecipeRun run = RecipeRun.open(model, recipe(options), texts, threads, limit)) {
      PlanEstimate plan = run.estimate();
      Path output = folder.resolveSibling(label + "-packed");
      long start = System.nanoTime();
      run.quantize(output, Existing.REPLACE, ProgressListener.SILENT);
      double seconds = (System.nanoTime() - start) * 1e-9;
      long peak = PeakMemory.bytes().orElseThrow();
      double ratio = (double) plan.memoryBytes() / peak;
      System.out.printf(
          Locale.ROOT,
          "%s %s: planned %s, peak %s, ratio %.2f, %.1f s, %s%n",
          shape.label(),
          options,
          Amounts.bytes(plan.memoryBytes()),
          Amounts.bytes(peak),
          ratio,
          seconds,
          plan.memory());
      if (Math.abs(ratio - 1) > TOLERANCE) {
        throw new IllegalStateException("plan and peak differ by more than a quarter");
      }
    }
  }

  private static Recipe recipe(Map<String, String> options) throws IOException {
    String method = options.getOrDefault("--method", "gptq");
    String settings = options.getOrDefault("--settings", "{}");
    return Recipe.EMPTY
        .withMethod(method, (ObjectNode) new ObjectMapper().readTree(settings))
        .calibratedOn("tiny", WINDOWS, TOKENS);
  }
}
