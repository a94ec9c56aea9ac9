package dev.pbq.kernels.form;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;

/**
 * Some weights of each row, the others 0: columns in two bytes, values as {@link Values} has them.
 * Immutable.
 */
public final class SparseRows implements Apart {
  /** Columns that two bytes tell apart; wider matrices are cut. */
  public static final int WIDEST = 1 << 16;

  /** Columns of inputs that are handled together. */
  private static final int BLOCK = Lanes.APART;

  private final int cols;
  private final int firstColumn;
  private final int[] start;
  private final char[] column;
  private final Values values;

  /** The entries of the longest row. */
  private final int most;

  /** The values of the entries. Thread-safe. */
  public interface Values {
    /**
     * Writes the values of the entries of a row, each divided by {@link #scale}.
     *
     * @param from the first one's number among all, row by row
     * @param count how many
     * @param columns their columns, from {@code firstColumn} on, at the same numbers
     * @param to receives them from its start
     */
    void read(int row, int from, int count, char[] columns, float[] to);

    /**
     * The product of the entries of a row with a vector, each value as {@link #read} gives it: four
     * sums, of every fourth entry each, then {@code (a + b) + (c + d)}.
     *
     * @param x the number for column 0 of {@code columns} is at {@code at}
     * @param scratch room for the values
     */
    default float dot(
        int row, int from, int count, char[] columns, float[] x, int at, float[] scratch) {
      read(row, from, count, columns, scratch);
      return one(columns, from, count, scratch, x, at);
    }

    /** What all values of a row are multiplied with. */
    default float scale(int row) {
      return 1;
    }

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
    this.cols = cols;
    this.firstColumn = firstColumn;
    this.start = start;
    this.column = column;
    this.values = values;
    int longest = 0;
    for (int r = 0; r < rows; r++) {
      longest = Math.max(longest, start[r + 1] - start[r]);
    }
    most = longest;
  }

  @Override
  public long bytes() {
    return 4L * start.length + 2L * column.length + values.bytes();
  }

  /** As long as a dozen weights in tiles each. */
  @Override
  public int weights() {
    return 12 * most;
  }

  @Override
  public Ready ready(Lanes lanes, float[] x, int xAt, int count) {
    if (count > 1) {
      return turned(lanes, x, xAt, count);
    }
    return (firstRow, endRow, y, yAt, stride) -> {
      float[] of = new float[most];
      for (int r = firstRow; r < endRow; r++) {
        int entries = start[r + 1] - start[r];
        float sum = values.dot(r, start[r], entries, column, x, xAt + firstColumn, of);
        y[yAt + r] = Math.fma(values.scale(r), sum, y[yAt + r]);
      }
    };
  }

  /** Vectors, eight at a time column by column, to be multiplied with these weights. */
  private Turned turned(Lanes lanes, float[] x, int xAt, int count) {
    int width = Math.min(cols - firstColumn, WIDEST);
    float[][] blocks = new float[Parallel.ranges(count, BLOCK)][Math.multiplyExact(width, BLOCK)];
    Parallel.forEach(
        count,
        i -> {
          float[] block = blocks[i / BLOCK];
          int from = xAt + i * cols + firstColumn;
          for (int c = 0; c < width; c++) {
            block[c * BLOCK + i % BLOCK] = x[from + c];
          }
        });
    return new Turned(lanes, this, blocks, count);
  }

  /** Vectors column by column. */
  private record Turned(Lanes lanes, SparseRows of, float[][] blocks, int count) implements Ready {
    @Override
    public void add(int firstRow, int endRow, float[] y, int yAt, int stride) {
      float[] values = new float[of.most];
      float[] sums = new float[4 * BLOCK];
      for (int r = firstRow; r < endRow; r++) {
        int from = of.start[r];
        int entries = of.start[r + 1] - from;
        of.values.read(r, from, entries, of.column, values);
        for (int b = 0; b < blocks.length; b++) {
          lanes.scatter(values, of.column, from, entries, blocks[b], sums);
          int some = Math.min(BLOCK, count - b * BLOCK);
          for (int j = 0; j < some; j++) {
            float sum = (sums[j] + sums[BLOCK + j]) + (sums[2 * BLOCK + j] + sums[3 * BLOCK + j]);
            int to = yAt + (b * BLOCK + j) * stride + r;
            y[to] = Math.fma(of.values.scale(r), sum, y[to]);
          }
        }
      }
    }
  }

  /** Four sums, of every fourth entry each, so that one need not wait for the other. */
  private static float one(char[] column, int from, int count, float[] of, float[] x, int at) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int whole = count & ~3;
    for (int i = 0; i < whole; i += 4) {
      a = Math.fma(of[i], x[at + column[from + i]], a);
      b = Math.fma(of[i + 1], x[at + column[from + i + 1]], b);
      c = Math.fma(of[i + 2], x[at + column[from + i + 2]], c);
      d = Math.fma(of[i + 3], x[at + column[from + i + 3]], d);
    }
    if (whole < count) {
      a = Math.fma(of[whole], x[at + column[from + whole]], a);
    }
    if (whole + 1 < count) {
      b = Math.fma(of[whole + 1], x[at + column[from + whole + 1]], b);
    }
    if (whole + 2 < count) {
      c = Math.fma(of[whole + 2], x[at + column[from + whole + 2]], c);
    }
    return (a + b) + (c + d);
  }

  @Override
  public void addRow(int row, float[] to, int at) {
    int entries = start[row + 1] - start[row];
    float[] of = new float[entries];
    values.read(row, start[row], entries, column, of);
    for (int e = 0; e < entries; e++) {
      to[at + firstColumn + column[start[row] + e]] += values.scale(row) * of[e];
    }
  }
}
