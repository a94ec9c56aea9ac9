package dev.pbq.eval.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import dev.pbq.core.model.Engines;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.speed.Stopwatch;

/**
 * How fast the engine multiplies float32 matrices: what products with stored weights compare to.
 */
public final class EngineSpeed {
  private EngineSpeed() {}

  /**
   * Seconds until the engine is ready: none if it is already.
   *
   * @param threads of the engine, from now on
   */
  public static double startSeconds(int threads) {
    long start = System.nanoTime();
    Engines.setThreads(threads);
    Engines.newManager().close();
    return (System.nanoTime() - start) * 1e-9;
  }

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

  /**
   * Operations each second of products as they are in a block: up from a width to four times that
   * and down again, in lanes of one thread each.
   *
   * @param tokens rows of x
   * @param lanes side by side
   */
  public static double laneOperations(int width, int tokens, int lanes, Stopwatch stopwatch) {
    try (NDManager manager = Engines.newManager()) {
      NDArray up = manager.randomUniform(-1, 1, new Shape(4L * width, width));
      NDArray down = manager.randomUniform(-1, 1, new Shape(width, 4L * width));
      NDArray x = manager.randomUniform(-1, 1, new Shape(tokens, width));
      double[] seconds = new double[1];
      Engines.onCallingThreads(
          () ->
              seconds[0] =
                  stopwatch.time(
                      () ->
                          Parallel.inLanes(
                              lanes,
                              lanes,
                              i -> {
                                try (NDArray wide = Linear.linear(x, up).singletonOrThrow()) {
                                  Linear.linear(wide, down).singletonOrThrow().close();
                                }
                              })));
      return 16.0 * width * width * tokens * lanes / seconds[0];
    }
  }
}
