package dev.pbq.eval.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import dev.pbq.core.model.Engines;
import dev.pbq.kernels.speed.Stopwatch;

/**
 * How fast the engine multiplies float32 matrices: what products with stored weights compare to.
 */
public final class EngineSpeed {
  private EngineSpeed() {}

  /**
   * Seconds of y = x W^T.
   *
   * @param rows of W
   * @param cols of W
   * @param count rows of x
   * @param threads of the engine, from now on
   */
  public static double seconds(int rows, int cols, int count, int threads, Stopwatch stopwatch) {
    Engines.setThreads(threads);
    try (NDManager manager = Engines.newManager()) {
      NDArray w = manager.randomUniform(-1, 1, new Shape(rows, cols));
      NDArray x = manager.randomUniform(-1, 1, new Shape(count, cols));
      return stopwatch.time(() -> Linear.linear(x, w).singletonOrThrow().close());
    }
  }
}
