package dev.pbq.core.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * A float64 matrix [rows, cols] on the Java heap, row-major. The array is shared, not copied: code
 * that needs to change a matrix copies it first ({@link #copy()}), unless it is given one to fill.
 */
public final class DoubleMatrix {
  private final int rows;
  private final int cols;
  private final double[] data;

  /** Wraps {@code data}; its length must be {@code rows * cols}. */
  public DoubleMatrix(int rows, int cols, double[] data) {
    Objects.requireNonNull(data, "data");
    if (rows < 0 || cols < 0 || (long) rows * cols != data.length) {
      throw new IllegalArgumentException(
          "a [" + rows + ", " + cols + "] matrix cannot have " + data.length + " entries");
    }
    this.rows = rows;
    this.cols = cols;
    this.data = data;
  }

  /** A matrix of zeros. */
  public static DoubleMatrix zeros(int rows, int cols) {
    return new DoubleMatrix(rows, cols, new double[Math.multiplyExact(rows, cols)]);
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  /** The entries themselves, row-major; not a copy. */
  public double[] data() {
    return data;
  }

  public double get(int row, int col) {
    return data[row * cols + col];
  }

  /** A copy that shares no entries. */
  public DoubleMatrix copy() {
    return new DoubleMatrix(rows, cols, data.clone());
  }

  /** Equal shape and equal entries, bit for bit. */
  @Override
  public boolean equals(Object o) {
    return o instanceof DoubleMatrix m
        && m.rows == rows
        && m.cols == cols
        && Arrays.equals(m.data, data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * rows + cols) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "DoubleMatrix[" + rows + ", " + cols + "]";
  }
}
