package dev.pbq.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LinearInputTap;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The forward pass of the first decoder block of a model, 2048 tokens: CPU seconds, wall seconds
 * and peak memory. Arguments: model folder (as {@link SyntheticModel} writes it), threads (all),
 * repetitions (3).
 */
public final class BlockMacro {
  private static final int TOKENS = 2048;

  private BlockMacro() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    ModelFolder folder = ModelFolder.open(Path.of(args[0]));
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    Engines.setThreads(threads);
    try (Checkpoint weights = Checkpoint.open(folder.path());
        NDManager manager = Engines.newManager();
        DecoderBlock block = model.block(manager, weights, 0)) {
      for (int i = 0; i < repetitions; i++) {
        try (NDManager scope = manager.newSubManager()) {
          NDArray hidden = scope.randomNormal(new Shape(1, TOKENS, model.hiddenSize()));
          double cpu = ProcessMeter.cpuSeconds();
          long start = System.nanoTime();
          block.forward(hidden, LinearInputTap.NONE);
          System.out.printf(
              Locale.ROOT,
              "block forward, %d tokens: %.2f CPU-s, %.2f s, peak resident %.0f MB%n",
              TOKENS,
              ProcessMeter.cpuSeconds() - cpu,
              (System.nanoTime() - start) * 1e-9,
              ProcessMeter.peakMegabytes());
        }
      }
    }
  }
}
