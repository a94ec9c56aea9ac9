package dev.pbq.core.linalg;

import dev.pbq.core.tensor.DoubleMatrix;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The moment of two vectors that are seen together: M = (2/n) sum over n sequences of D_j^T X_j
 * [rows, cols], for D_j [tokens, rows] and X_j [tokens, cols]; scaled as a {@link Hessian}, which
 * is the moment of X with itself. Float64 in native memory, 8 bytes an entry, freed by {@link
 * #close}.
 */
public final class CrossMoment implements AutoCloseable {
  private final int rows;
  private final int cols;
  private final int sequences;
  private final NativeDoubles values;

  /** Takes ownership of the values, row-major. */
  CrossMoment(int rows, int cols, int sequences, NativeDoubles values) {
    this.rows = rows;
    this.cols = cols;
    this.sequences = sequences;
    this.values = values;
  }

  /** Entries of D. */
  public int rows() {
    return rows;
  }

  /** Entries of X. */
  public int cols() {
    return cols;
  }

  /** Number of sequences accumulated. */
  public int sequences() {
    return sequences;
  }

  /** Some rows of it; a fresh matrix. */
  public DoubleMatrix block(int from, int to) {
    double[] block = new double[Math.multiplyExact(to - from, cols)];
    values.get((long) from * cols, block, 0, block.length);
    return new DoubleMatrix(to - from, cols, block);
  }

  /** Reads a row. */
  void row(int row, double[] destination) {
    values.get((long) row * cols, destination, 0, cols);
  }

  /** The address of a row. */
  DoublePointer at(int row) {
    return values.at((long) row * cols);
  }

  @Override
  public void close() {
    values.close();
  }
}
