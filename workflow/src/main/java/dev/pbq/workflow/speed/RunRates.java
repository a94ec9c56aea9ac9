package dev.pbq.workflow.speed;

import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.eval.run.EngineSpeed;
import dev.pbq.kernels.speed.Stopwatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * How fast this machine does what a calibrated run consists of, on all threads together.
 *
 * @param engine seconds until the engine is ready
 * @param products by width: float32 operations each second of the products of a block of this
 *     hidden size
 * @param hessian operations each second of sums for Hessians, counted whole (half is done)
 * @param factor operations each second of factoring Hessians
 */
public record RunRates(
    double engine, Map<Integer, Double> products, double hessian, double factor) {
  private static final int[] WIDTHS = {64, 256, 1024, 4096};

  /** Tokens that a thread multiplies at a time, as a run does. */
  private static final int TOKENS = 1024;

  /** Size of the Hessian that is summed and factored. */
  private static final int FEATURES = 2048;

  /** Seconds for each figure. */
  private static final double SECONDS = 1.2;

  public RunRates {
    products = products == null ? new TreeMap<>() : new TreeMap<>(products);
  }

  /** Measures, about ten seconds; to be called inside {@code Parallel.withThreads}. */
  public static RunRates measure(int threads) {
    double engine = EngineSpeed.startSeconds(threads);
    Stopwatch stopwatch = new Stopwatch(SECONDS);
    Map<Integer, Double> products = new TreeMap<>();
    for (int width : WIDTHS) {
      products.put(width, EngineSpeed.laneOperations(width, TOKENS, threads, stopwatch));
    }
    try (HessianAccumulator sum = new HessianAccumulator(FEATURES)) {
      FloatBuffer x = inputs();
      double added = stopwatch.time(() -> sum.add(x, FEATURES, 1));
      try (Hessian hessian = sum.finish("sample")) {
        double[] damping = {0.01};
        // Factors are kept by damping: another one each time.
        double factored =
            stopwatch.time(
                () -> hessian.inverseFactor(Damping.of(damping[0] *= 1.001), "sample").size());
        double n = FEATURES;
        return new RunRates(engine, products, n * n * n / added, 2.0 / 3 * n * n * n / factored);
      }
    }
  }

  private static FloatBuffer inputs() {
    FloatBuffer x =
        ByteBuffer.allocateDirect(Float.BYTES * FEATURES * FEATURES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < x.capacity(); i++) {
      x.put(i, (float) (random.nextDouble() + random.nextDouble() - 1));
    }
    return x;
  }

  /** The rate of products at a width, between those measured by the logarithm of the width. */
  public double product(int width) {
    Map.Entry<Integer, Double> below = null;
    for (Map.Entry<Integer, Double> measured : products.entrySet()) {
      if (measured.getKey() >= width) {
        if (below == null) {
          return measured.getValue();
        }
        double share =
            Math.log((double) width / below.getKey())
                / Math.log((double) measured.getKey() / below.getKey());
        return below.getValue() + share * (measured.getValue() - below.getValue());
      }
      below = measured;
    }
    return below.getValue();
  }
}
