package dev.pbq.core.linalg;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The factor U [size, size] of the inverse Hessian, upper triangular with a positive diagonal:
 * H_d^-1 = U^T U, where H_d is the Hessian with ones in place of the zeros of its dead columns,
 * damped by d on its diagonal (GPTQ, arXiv 2210.17323, section 3.3, step 3; PB-LLM uses the same
 * factor). Owned by the {@link Hessian} that made it and valid until that is closed.
 */
public final class InverseFactor implements UpperFactor, AutoCloseable {
  private final int size;
  private final NativeFloats u;
  private final float[] diagonal;
  private final double share;
  private final double damping;
  private final int[] deadColumns;
  private final int[] order;

  InverseFactor(
      int size, NativeFloats u, double share, double damping, int[] deadColumns, int[] order) {
    this.size = size;
    this.u = u;
    this.share = share;
    this.damping = damping;
    this.deadColumns = deadColumns;
    this.order = order;
    this.diagonal = new float[size];
    for (int i = 0; i < size; i++) {
      u.get((long) i * size + i, diagonal, i, 1);
    }
  }

  @Override
  public int size() {
    return size;
  }

  /** The share of the mean diagonal that was added: at least the one asked for. */
  public double dampingShare() {
    return share;
  }

  /** d, the number added to every diagonal entry. */
  public double damping() {
    return damping;
  }

  /** Input features that were always zero, ascending, in the Hessian's own order; a copy. */
  public int[] deadColumns() {
    return deadColumns.clone();
  }

  /**
   * The input feature at each position of the factor, if that is not the position itself; a copy.
   */
  public Optional<int[]> order() {
    return order == null ? Optional.empty() : Optional.of(order.clone());
  }

  /** The diagonal of U; a copy. */
  public float[] diagonal() {
    return diagonal.clone();
  }

  /** Reads U[row, from..to) into {@code destination}; entries left of the diagonal are zero. */
  public void row(int row, int from, int to, float[] destination, int offset) {
    if (row < 0 || row >= size || from < 0 || to > size) {
      throw new IndexOutOfBoundsException("row " + row + ", columns " + from + " to " + to);
    }
    u.get((long) row * size + from, destination, offset, to - from);
  }

  @Override
  public DoubleMatrix block(int rowFrom, int rowTo, int colFrom, int colTo) {
    int width = colTo - colFrom;
    double[] values = new double[Math.multiplyExact(rowTo - rowFrom, width)];
    float[] run = new float[width];
    for (int r = rowFrom; r < rowTo; r++) {
      row(r, colFrom, colTo, run, 0);
      int base = (r - rowFrom) * width;
      for (int c = Math.max(0, r - colFrom); c < width; c++) {
        values[base + c] = run[c];
      }
    }
    return new DoubleMatrix(rowTo - rowFrom, width, values);
  }

  /** The address of U[row, column], rows being {@link #size} apart. */
  FloatPointer at(int row, int column) {
    return u.at((long) row * size + column);
  }

  /** Called by the owning Hessian. */
  @Override
  public void close() {
    u.close();
  }
}
