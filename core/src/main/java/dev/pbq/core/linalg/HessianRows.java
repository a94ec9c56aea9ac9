package dev.pbq.core.linalg;

import java.io.Serializable;

/**
 * Some rows of a Hessian on the heap, each from the diagonal on: what one machine has summed up, to
 * be sent to those that need the whole ({@link Hessian#of(java.util.List)}). Immutable.
 */
public final class HessianRows implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int size;
  private final int from;
  private final int sequences;
  private final double[][] rows;

  private HessianRows(int size, int from, int sequences, double[][] rows) {
    this.size = size;
    this.from = from;
    this.sequences = sequences;
    this.rows = rows;
  }

  /** Copies the rows of a triangle, the first of which is row {@code from} of the Hessian. */
  static HessianRows of(SymmetricTriangle triangle, int from, int sequences) {
    double[][] rows = new double[triangle.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[triangle.size() - i];
      triangle.get(i, i, triangle.size(), rows[i]);
    }
    return new HessianRows(from + triangle.size(), from, sequences, rows);
  }

  /** Features of the whole Hessian. */
  public int size() {
    return size;
  }

  /** The first row. */
  public int from() {
    return from;
  }

  /** Number of sequences accumulated. */
  public int sequences() {
    return sequences;
  }

  /** Writes the rows into a whole triangle, and says which row comes next. */
  int copyTo(SymmetricTriangle whole) {
    for (int i = 0; i < rows.length; i++) {
      whole.put(from + i, from + i, size, rows[i]);
    }
    return from + rows.length;
  }
}
