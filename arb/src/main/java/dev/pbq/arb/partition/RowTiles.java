package dev.pbq.arb.partition;

import dev.pbq.core.parallel.Parallel;
import java.util.List;

/** Work on tiles of rows, and sums over them in an order that no number of threads changes. */
final class RowTiles {
  private static final int ROWS = 64;

  private RowTiles() {}

  /** Adds what rows [first, end) contribute to {@code sums}, which starts at zero. */
  interface Summand {
    void run(int first, int end, double[] sums);
  }

  static void forEach(int rows, Parallel.RangeTask body) {
    Parallel.forEachRange(rows, ROWS, body);
  }

  /** Sums of {@code width} quantities over all rows. */
  static double[] sum(int rows, int width, Summand body) {
    List<double[]> parts =
        Parallel.mapRanges(
            rows,
            ROWS,
            (first, end) -> {
              double[] sums = new double[width];
              body.run(first, end, sums);
              return sums;
            });
    double[] total = new double[width];
    for (double[] part : parts) {
      for (int i = 0; i < width; i++) {
        total[i] += part[i];
      }
    }
    return total;
  }
}
