package dev.pbq.arb.partition;

import dev.pbq.core.parallel.Parallel;

/** Work on tiles of rows, and sums over them in an order that no number of threads changes. */
final class RowTiles {
  private static final int ROWS = 64;

  private RowTiles() {}

  /** Work on rows [first, end). */
  interface Body {
    void run(int first, int end);
  }

  /** Adds what rows [first, end) contribute to {@code sums}, which starts at zero. */
  interface Summand {
    void run(int first, int end, double[] sums);
  }

  static void forEach(int rows, Body body) {
    Parallel.forEach(tiles(rows), t -> body.run(t * ROWS, Math.min(rows, (t + 1) * ROWS)));
  }

  /** Sums of {@code width} quantities over all rows. */
  static double[] sum(int rows, int width, Summand body) {
    double[][] parts = new double[tiles(rows)][width];
    forEach(rows, (first, end) -> body.run(first, end, parts[first / ROWS]));
    double[] total = new double[width];
    for (double[] part : parts) {
      for (int i = 0; i < width; i++) {
        total[i] += part[i];
      }
    }
    return total;
  }

  private static int tiles(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }
}
