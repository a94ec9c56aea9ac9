package dev.pbq.arb.partition;

import dev.pbq.core.linalg.Parallel;

/** Work on tiles of rows, and sums over them in an order that no number of threads changes. */
final class RowTiles {
  private static final int ROWS = 64;

  private RowTiles() {}

  /** Adds what rows [first, end) contribute to {@code sums}, which starts at zero. */
  interface Body {
    void run(int first, int end, double[] sums);
  }

  /** Sums of {@code width} quantities over all rows. */
  static double[] sum(int rows, int width, Body body) {
    int tiles = (rows + ROWS - 1) / ROWS;
    double[][] parts = new double[tiles][width];
    Parallel.forEach(tiles, t -> body.run(t * ROWS, Math.min(rows, (t + 1) * ROWS), parts[t]));
    double[] total = new double[width];
    for (double[] part : parts) {
      for (int i = 0; i < width; i++) {
        total[i] += part[i];
      }
    }
    return total;
  }
}
