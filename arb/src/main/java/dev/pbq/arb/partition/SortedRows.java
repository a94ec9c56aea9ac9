package dev.pbq.arb.partition;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;

/** Each row of a matrix sorted once, for all searches of a block. */
final class SortedRows {
  private final DoubleMatrix z;

  /** [rows * cols]: column of the value of each rank. */
  private final int[] columns;

  private SortedRows(DoubleMatrix z, int[] columns) {
    this.z = z;
    this.columns = columns;
  }

  /**
   * Sorts the rows of z, ascending and signed.
   *
   * @throws PbqException NUMERICAL if there is a NaN or an infinity
   */
  static SortedRows of(DoubleMatrix z) {
    int[] columns = new int[z.data().length];
    RowTiles.forEach(
        z.rows(),
        (first, end) -> {
          long[] keys = new long[z.cols()];
          for (int row = first; row < end; row++) {
            int at = row * z.cols();
            sort(z.data(), at, keys, columns);
            // Infinities and NaN of either sign end up first or last.
            if (!Double.isFinite(z.data()[at + columns[at]])
                || !Double.isFinite(z.data()[at + columns[at + z.cols() - 1]])) {
              throw PbqException.numerical("a block to be divided holds NaN or infinity");
            }
          }
        });
    return new SortedRows(z, columns);
  }

  /**
   * Sorts integers: the float64 bits, made to order like the values, with the lowest bits replaced
   * by the column. That leaves only values apart that agree in all other bits, and insertion puts
   * those right.
   */
  private static void sort(double[] z, int at, long[] keys, int[] columns) {
    int k = keys.length;
    long mask = Math.max(1, Integer.highestOneBit(k) * 2L) - 1;
    for (int j = 0; j < k; j++) {
      long bits = Double.doubleToRawLongBits(z[at + j]);
      keys[j] = ((bits ^ (bits >> 63 & Long.MAX_VALUE)) & ~mask) | j;
    }
    Arrays.sort(keys);
    for (int r = 0; r < k; r++) {
      int column = (int) (keys[r] & mask);
      double value = z[at + column];
      int i = r;
      for (; i > 0 && z[at + columns[at + i - 1]] > value; i--) {
        columns[at + i] = columns[at + i - 1];
      }
      columns[at + i] = column;
    }
  }

  DoubleMatrix matrix() {
    return z;
  }

  int rows() {
    return z.rows();
  }

  int cols() {
    return z.cols();
  }

  /** Column of the value of rank {@code rank} in a row. */
  int column(int row, int rank) {
    return columns[row * z.cols() + rank];
  }
}
