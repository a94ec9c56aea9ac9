package dev.pbq.core.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A symmetric float64 matrix [size, size] of which one triangle is stored, or only the first rows
 * of it, in native memory: row i holds columns i to size - 1, rows one after the other. Freed by
 * {@link #close}.
 */
final class SymmetricTriangle implements AutoCloseable {
  private final int size;
  private final int rows;
  private DoublePointer base;

  /** Starts at zero. */
  SymmetricTriangle(int size) {
    this(size, size);
  }

  /** The first rows alone, which start at zero. */
  SymmetricTriangle(int size, int rows) {
    long length = (long) rows * size - (long) rows * (rows - 1) / 2;
    Pointer memory = Pointer.calloc(Math.max(1, length), Double.BYTES);
    NativeFloats.requireAllocated(memory, length, Double.BYTES);
    this.size = size;
    this.rows = rows;
    this.base = new DoublePointer(memory);
  }

  int size() {
    return size;
  }

  /** How many rows are stored. */
  int rows() {
    return rows;
  }

  /** Reads [row, from..to), for row <= from. */
  void get(int row, int from, int to, double[] destination) {
    at(row, from, to).get(destination, 0, to - from);
  }

  /** Writes [row, from..to), for row <= from. */
  void put(int row, int from, int to, double[] source) {
    at(row, from, to).put(source, 0, to - from);
  }

  private DoublePointer at(int row, int from, int to) {
    if (base == null) {
      throw new IllegalStateException("Hessian used after it was closed");
    }
    if (row < 0 || row >= rows || from < row || to < from || to > size) {
      throw new IndexOutOfBoundsException(
          "row " + row + ", columns " + from + " to " + to + " of " + size);
    }
    return base.getPointer((long) row * size - (long) row * (row - 1) / 2 + (from - row));
  }

  double[] diagonal() {
    double[] diagonal = new double[size];
    double[] one = new double[1];
    for (int i = 0; i < size; i++) {
      get(i, i, i + 1, one);
      diagonal[i] = one[0];
    }
    return diagonal;
  }

  /** Multiplies every entry; true if all results are finite. */
  boolean scale(double factor) {
    double[] row = new double[size];
    boolean finite = true;
    for (int i = 0; i < rows; i++) {
      get(i, i, size, row);
      for (int k = 0; k < size - i; k++) {
        row[k] *= factor;
        finite &= Double.isFinite(row[k]);
      }
      put(i, i, size, row);
    }
    return finite;
  }

  @Override
  public void close() {
    if (base != null) {
      Pointer.free(base);
      base = null;
    }
  }
}
