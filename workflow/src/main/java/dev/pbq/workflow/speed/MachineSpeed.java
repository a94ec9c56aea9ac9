package dev.pbq.workflow.speed;

import dev.pbq.eval.run.EngineSpeed;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.speed.Copy;
import dev.pbq.kernels.speed.SpeedTable;
import dev.pbq.kernels.speed.Stopwatch;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What this machine does: copying, the engine's float32 products, products with stored weights of
 * every kind.
 *
 * @param threads that were used
 * @param lanes what the loops ran on
 * @param copy bytes read and written each second
 * @param matrix float32 operations each second of the engine's product of two matrices
 * @param table products with one vector
 */
public record MachineSpeed(
    int threads, String lanes, double copy, double matrix, SpeedTable table) {
  /** Side of the matrices. */
  private static final int SIZE = 4096;

  /** Rows of the second matrix in the product of two. */
  private static final int PROMPT = 256;

  /**
   * Measures; to be called in a {@link dev.pbq.core.parallel.Crew}.
   *
   * @param seconds to spend on each figure
   * @param shown is told what is measured next
   */
  public static MachineSpeed measure(int threads, double seconds, Consumer<String> shown) {
    Stopwatch stopwatch = new Stopwatch(seconds);
    shown.accept("copy");
    double copy = Copy.bytesPerSecond(stopwatch);
    shown.accept("float32 matrices");
    double many = EngineSpeed.seconds(SIZE, SIZE, PROMPT, threads, stopwatch);
    double one = EngineSpeed.seconds(SIZE, SIZE, 1, threads, stopwatch);
    SpeedTable table = SpeedTable.measure(SIZE, SIZE, copy, one, stopwatch, shown);
    double operations = 2.0 * SIZE * SIZE * PROMPT;
    return new MachineSpeed(threads, BestLanes.get().name(), copy, operations / many, table);
  }

  /** All figures as text. */
  public String text() {
    return String.format(
            Locale.ROOT,
            "%d threads, Java %s, %s%n"
                + "copy             %7.1f GB/s read and written%n"
                + "float32 matrices %7.1f GFLOP/s (libtorch, %d x %d by %d)%n%n",
            threads,
            System.getProperty("java.version"),
            lanes,
            copy / 1e9,
            matrix / 1e9,
            SIZE,
            SIZE,
            PROMPT)
        + table.text();
  }
}
