package dev.pbq.kernels.form;

import dev.pbq.core.parallel.Parallel;

/**
 * Some weights of each row, the others 0: columns in two bytes, values as {@link Values} has them.
 * Immutable.
 */
public final class SparseRows {
  /** Columns that two bytes tell apart; wider matrices are cut. */
  public static final int WIDEST = 1 << 16;

  private static final int ROWS_PER_TASK = 32;

  /** Columns of inputs that are handled together. */
  private static final int BLOCK = 8;

  private final int rows;
  private final int cols;
  private final int firstColumn;
  private final int[] start;
  private final char[] column;
  private final Values values;

  /** The values of the entries. Thread-safe. */
  public interface Values {
    /**
     * The value of an entry.
     *
     * @param entry its number among all, row by row
     * @param column from {@code firstColumn} on
     */
    float of(int row, int entry, int column);

    /** Bytes that they take. */
    long bytes();
  }

  /**
   * @param firstColumn the column that {@code column} counts from
   * @param start [rows + 1]: where each row's entries begin
   * @param column of each entry, ascending in each row
   */
  public SparseRows(
      int rows, int cols, int firstColumn, int[] start, char[] column, Values values) {
    this.rows = rows;
    this.cols = cols;
    this.firstColumn = firstColumn;
    this.start = start;
    this.column = column;
    this.values = values;
  }

  /** Bytes of all arrays. */
  public long bytes() {
    return 4L * start.length + 2L * column.length + values.bytes();
  }

  /** Adds the products with {@code count} vectors: {@code y_i += W x_i}. */
  public void addTo(float[] x, int xAt, int count, float[] y, int yAt) {
    if (count == 1) {
      Parallel.forEachRange(
          rows,
          ROWS_PER_TASK,
          (from, to) -> {
            for (int r = from; r < to; r++) {
              y[yAt + r] += one(r, x, xAt + firstColumn);
            }
          });
      return;
    }
    int width = Math.min(cols - firstColumn, WIDEST);
    float[] turned = new float[Math.multiplyExact(width, BLOCK)];
    for (int first = 0; first < count; first += BLOCK) {
      int some = Math.min(BLOCK, count - first);
      for (int j = 0; j < BLOCK; j++) {
        int from = xAt + (first + j) * cols + firstColumn;
        for (int c = 0; c < width; c++) {
          turned[c * BLOCK + j] = j < some ? x[from + c] : 0;
        }
      }
      int out = yAt + first * rows;
      Parallel.forEachRange(
          rows,
          ROWS_PER_TASK,
          (from, to) -> {
            float[] sums = new float[4 * BLOCK];
            for (int r = from; r < to; r++) {
              block(r, turned, sums);
              for (int j = 0; j < some; j++) {
                y[out + j * rows + r] +=
                    (sums[j] + sums[BLOCK + j]) + (sums[2 * BLOCK + j] + sums[3 * BLOCK + j]);
              }
            }
          });
    }
  }

  /** Four sums, of every fourth entry each, so that one need not wait for the other. */
  private float one(int row, float[] x, int at) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int e = start[row];
    int end = start[row + 1];
    for (; e + 3 < end; e += 4) {
      a = Math.fma(values.of(row, e, column[e]), x[at + column[e]], a);
      b = Math.fma(values.of(row, e + 1, column[e + 1]), x[at + column[e + 1]], b);
      c = Math.fma(values.of(row, e + 2, column[e + 2]), x[at + column[e + 2]], c);
      d = Math.fma(values.of(row, e + 3, column[e + 3]), x[at + column[e + 3]], d);
    }
    if (e < end) {
      a = Math.fma(values.of(row, e, column[e]), x[at + column[e]], a);
    }
    if (e + 1 < end) {
      b = Math.fma(values.of(row, e + 1, column[e + 1]), x[at + column[e + 1]], b);
    }
    if (e + 2 < end) {
      c = Math.fma(values.of(row, e + 2, column[e + 2]), x[at + column[e + 2]], c);
    }
    return (a + b) + (c + d);
  }

  private void block(int row, float[] turned, float[] sums) {
    java.util.Arrays.fill(sums, 0);
    for (int e = start[row]; e < start[row + 1]; e++) {
      float value = values.of(row, e, column[e]);
      int from = column[e] * BLOCK;
      int to = (e - start[row]) % 4 * BLOCK;
      for (int j = 0; j < BLOCK; j++) {
        sums[to + j] = Math.fma(value, turned[from + j], sums[to + j]);
      }
    }
  }

  /** Adds the weights of a row. */
  public void addRow(int row, float[] to, int at) {
    for (int e = start[row]; e < start[row + 1]; e++) {
      to[at + firstColumn + column[e]] += values.of(row, e, column[e]);
    }
  }
}
