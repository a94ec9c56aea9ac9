package dev.pbq.kernels.speed;

import dev.pbq.kernels.PackedProduct;
import java.util.Random;

/**
 * How fast one product is.
 *
 * @param name of the kind
 * @param aim how many times faster than float32 it should be, 0 for no aim
 * @param weights how many
 * @param seconds for one vector
 * @param bytes of the weights in memory
 */
public record KindSpeed(String name, int aim, long weights, double seconds, long bytes) {
  /** Measures a product with one vector. */
  static KindSpeed of(SampleKind kind, int rows, int cols, Stopwatch stopwatch) {
    PackedProduct product = kind.make().apply(rows, cols);
    double seconds = seconds(product, 1, stopwatch);
    return new KindSpeed(
        kind.name(), kind.aim(), (long) rows * cols, seconds, product.residentBytes());
  }

  /** Seconds for {@code count} vectors. */
  public static double seconds(PackedProduct product, int count, Stopwatch stopwatch) {
    Random random = new Random(1);
    float[] x = new float[Math.multiplyExact(count, product.cols())];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] y = new float[Math.multiplyExact(count, product.rows())];
    return stopwatch.time(() -> product.multiply(x, count, y));
  }

  /** Bits of a weight in memory. */
  public double bitsPerWeight() {
    return 8.0 * bytes / weights;
  }

  /** Bytes of weights read each second. */
  public double bytesPerSecond() {
    return bytes / seconds;
  }
}
