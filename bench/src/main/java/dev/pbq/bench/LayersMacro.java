package dev.pbq.bench;

import dev.pbq.core.parallel.Crew;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.speed.SampleKind;
import dev.pbq.kernels.speed.SampleKinds;
import dev.pbq.kernels.speed.Stopwatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Products of the layers of a small model one after the other, as a token meets them: what is
 * multiplied comes from memory, where {@link KernelMacro} repeats one layer. {@code LayersMacro
 * THREADS SECONDS VECTORS}; the shapes are those of SmolLM2-135M.
 */
public final class LayersMacro {
  private static final int BLOCKS = 24;
  private static final int WIDTH = 576;
  private static final int INNER = 1536;

  private LayersMacro() {}

  /** Prints a line for each kind. */
  public static void main(String[] args) {
    int threads = Integer.parseInt(args[0]);
    Stopwatch stopwatch = new Stopwatch(Double.parseDouble(args[1]));
    int vectors = Integer.parseInt(args[2]);
    try (Crew crew = Crew.of(threads)) {
      crew.run(
          () -> {
            for (SampleKind kind : SampleKinds.all()) {
              System.out.printf(
                  Locale.ROOT,
                  "%-32s %6.2f thousand million weights a second%n",
                  kind.name(),
                  1e-9 * weightsPerSecond(kind, vectors, stopwatch));
            }
            return null;
          });
    }
  }

  private static double weightsPerSecond(SampleKind kind, int vectors, Stopwatch stopwatch) {
    List<PackedProduct> layers = new ArrayList<>();
    for (int b = 0; b < BLOCKS; b++) {
      layers.add(kind.make().apply(INNER, WIDTH));
      layers.add(kind.make().apply(WIDTH, INNER));
      layers.add(kind.make().apply(WIDTH, WIDTH));
    }
    float[] x = new float[vectors * INNER];
    Arrays.fill(x, 0.01f);
    float[] y = new float[x.length];
    double seconds =
        stopwatch.time(() -> layers.forEach(layer -> layer.multiply(x, 0, vectors, y, 0)));
    long weights = layers.stream().mapToLong(layer -> (long) layer.rows() * layer.cols()).sum();
    return vectors * weights / seconds;
  }
}
