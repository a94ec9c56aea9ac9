package dev.pbq.core.entropy;

import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * How large the codes of each row and of each column are: the logarithm of their mean |k| against
 * the mean of all, in quarters of an octave. Row and column together, by addition, say what a code
 * may be.
 *
 * @param rows levels of the rows, 0 to {@link #COUNT} - 1
 * @param cols levels of the columns
 */
record Levels(byte[] rows, byte[] cols) {
  private static final int PER_OCTAVE = 4;
  private static final int MIDDLE = 12;

  /** Levels of a row or a column. */
  static final int COUNT = 2 * MIDDLE + 1;

  /** Bits of a level. */
  static final int BITS = 5;

  /** Levels of a code: the sum of its row's and its column's. */
  static final int SUMS = 2 * COUNT - 1;

  private static final int MOST = 64;
  private static final int COLUMNS = 256;

  /** The levels of codes. */
  static Levels of(Codes codes) {
    int rows = codes.rows();
    int cols = codes.cols();
    long[] ofColumns = new long[cols];
    List<long[]> parts =
        Parallel.mapRanges(
            cols,
            COLUMNS,
            (from, to) -> {
              long[] ofRows = new long[rows];
              int[] column = new int[rows];
              for (int c = from; c < to; c++) {
                codes.column(c, 0, column);
                long sum = 0;
                for (int r = 0; r < rows; r++) {
                  int size = Math.min(Math.abs(column[r]), MOST);
                  ofRows[r] += size;
                  sum += size;
                }
                ofColumns[c] = sum;
              }
              return ofRows;
            });
    long[] ofRows = new long[rows];
    long total = 0;
    for (long[] part : parts) {
      for (int r = 0; r < rows; r++) {
        ofRows[r] += part[r];
        total += part[r];
      }
    }
    double mean = Math.max(1, total) / ((double) rows * cols);
    return new Levels(levels(ofRows, mean * cols), levels(ofColumns, mean * rows));
  }

  private static byte[] levels(long[] sums, double mean) {
    byte[] levels = new byte[sums.length];
    for (int i = 0; i < sums.length; i++) {
      double octaves = StrictMath.log(Math.max((double) sums[i], 0.5) / mean) / StrictMath.log(2);
      double level = Math.rint(PER_OCTAVE * octaves) + MIDDLE;
      levels[i] = (byte) Math.max(0, Math.min(COUNT - 1, level));
    }
    return levels;
  }

  /** Codes the levels; a reader's arrays are filled. */
  void code(BitCoder coder) {
    SmallNumbers numbers = new SmallNumbers(2, BITS);
    for (int r = 0; r < rows.length; r++) {
      rows[r] = (byte) numbers.code(coder, 0, rows[r]);
    }
    for (int c = 0; c < cols.length; c++) {
      cols[c] = (byte) numbers.code(coder, 1, cols[c]);
    }
  }

  /** Whether all levels exist. */
  boolean areValid() {
    for (byte[] side : new byte[][] {rows, cols}) {
      for (byte level : side) {
        if (level >= COUNT) {
          return false;
        }
      }
    }
    return true;
  }
}
