package dev.pbq.hqq.solver;

/**
 * The zero points of a tile's groups over some iterations.
 *
 * @param errors sum of |W - W'| over the tile, for every iteration, with the zero points at its
 *     start
 * @param zeros {@code zeros[i]}: the zero points after iteration {@code i}; ends where they no
 *     longer change
 */
record TileTrace(double[] errors, float[][] zeros) {
  /** Copies the zero points after {@code iterations} (at least 1) iterations. */
  void copyTo(float[] zero, int first, int iterations) {
    float[] last = zeros[Math.min(iterations, zeros.length) - 1];
    System.arraycopy(last, 0, zero, first, last.length);
  }
}
