package dev.pbq.kernels.form;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects weights that are stored apart, row by row. */
public final class SparseBuilder {
  private final int rows;
  private final int cols;
  private int[] row = new int[64];
  private int[] column = new int[64];
  private int count;

  /** For a matrix of this shape. */
  public SparseBuilder(int rows, int cols) {
    this.rows = rows;
    this.cols = cols;
  }

  /** Adds a weight; rows ascend, and columns in each row. */
  public void add(int row, int column) {
    if (count == this.row.length) {
      this.row = Arrays.copyOf(this.row, 2 * count);
      this.column = Arrays.copyOf(this.column, 2 * count);
    }
    this.row[count] = row;
    this.column[count++] = column;
  }

  /** Gives the value of an entry, by its number among all that were added. */
  public interface Source {
    /** The values of those entries whose numbers are given. */
    SparseRows.Values of(int[] numbers);
  }

  /** All entries, in as many parts as their columns need. */
  public List<Apart> build(Source source) {
    List<Apart> parts = new ArrayList<>();
    for (int first = 0; first < cols && count > 0; first += SparseRows.WIDEST) {
      int[] numbers = new int[count];
      int[] start = new int[rows + 1];
      int n = 0;
      for (int i = 0; i < count; i++) {
        if (column[i] - first >= 0 && column[i] - first < SparseRows.WIDEST) {
          numbers[n++] = i;
          start[row[i] + 1]++;
        }
      }
      for (int r = 0; r < rows; r++) {
        start[r + 1] += start[r];
      }
      char[] columns = new char[n];
      for (int i = 0; i < n; i++) {
        columns[i] = (char) (column[numbers[i]] - first);
      }
      SparseRows.Values values = source.of(Arrays.copyOf(numbers, n));
      parts.add(new SparseRows(rows, cols, first, start, columns, values));
    }
    return parts;
  }

  /** Values as float32. */
  public static SparseRows.Values floats(int[] numbers, float[] all) {
    float[] values = new float[numbers.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = all[numbers[i]];
    }
    return new Floats(values);
  }

  private record Floats(float[] values) implements SparseRows.Values {
    @Override
    public void read(int row, int from, int count, char[] columns, float[] to) {
      System.arraycopy(values, from, to, 0, count);
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }
}
