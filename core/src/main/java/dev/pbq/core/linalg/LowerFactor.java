package dev.pbq.core.linalg;

import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The lower triangular factor L [size, size] with a positive diagonal of a damped Hessian: L L^T =
 * H_d, where H_d is the Hessian with ones in place of the zeros of its dead columns, damped on its
 * diagonal. For an error E [rows, size] of the weights, trace(E H_d E^T) is the sum of squares of E
 * L, whose column i depends on columns i and later of E: whoever fixes the last column first always
 * knows what is left to make good.
 *
 * <p>Factored in float64 and kept in float32. Owned by the {@link Hessian} that made it and valid
 * until that is closed.
 */
public final class LowerFactor implements AutoCloseable {
  private final int size;
  private final NativeFloats l;
  private final double[] diagonal;
  private final double share;
  private final int[] deadColumns;

  private LowerFactor(
      int size, NativeFloats l, double[] diagonal, double share, int[] deadColumns) {
    this.size = size;
    this.l = l;
    this.diagonal = diagonal;
    this.share = share;
    this.deadColumns = deadColumns;
  }

  /**
   * Factors a Hessian with the smallest damping that works.
   *
   * @throws dev.pbq.core.PbqException NUMERICAL naming {@code layer} if none does
   */
  static LowerFactor of(SymmetricTriangle h, Damping damping, String layer) {
    double[] diagonal = h.diagonal();
    int[] dead = IntStream.range(0, diagonal.length).filter(c -> diagonal[c] == 0).toArray();
    for (int c : dead) {
      diagonal[c] = 1;
    }
    double mean = IntStream.range(0, diagonal.length).mapToDouble(i -> diagonal[i]).sum();
    return DampingSearch.find(
        damping, layer, share -> factor(h, diagonal, mean / diagonal.length, share, dead));
  }

  private static Optional<LowerFactor> factor(
      SymmetricTriangle h, double[] diagonal, double mean, double share, int[] dead) {
    int n = diagonal.length;
    try (NativeDoubles a = new NativeDoubles((long) n * n)) {
      double[] column = new double[n];
      for (int i = 0; i < n; i++) {
        h.get(i, i, n, column);
        column[0] = diagonal[i] + share * mean;
        a.put((long) i * n + i, column, 0, n - i);
      }
      if (!LowerCholesky.inPlace(a, n)) {
        return Optional.empty();
      }
      return narrowed(a, n).map(l -> new LowerFactor(n, l, diagonalOf(a, n), share, dead));
    }
  }

  /** L in float32, column-major with zeros above the diagonal; empty if it overflows. */
  private static Optional<NativeFloats> narrowed(NativeDoubles a, int n) {
    NativeFloats l = NativeFloats.zeros((long) n * n);
    double[] wide = new double[n];
    float[] narrow = new float[n];
    boolean usable = true;
    for (int i = 0; i < n; i++) {
      a.get((long) i * n + i, wide, 0, n - i);
      for (int k = 0; k < n - i; k++) {
        narrow[k] = (float) wide[k];
        usable &= Math.abs(narrow[k]) <= Float.MAX_VALUE;
      }
      usable &= narrow[0] > 0;
      l.put((long) i * n + i, narrow, 0, n - i);
    }
    if (!usable) {
      l.close();
      return Optional.empty();
    }
    return Optional.of(l);
  }

  private static double[] diagonalOf(NativeDoubles a, int n) {
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      a.get((long) i * n + i, diagonal, i, 1);
    }
    return diagonal;
  }

  /** Rows and columns. */
  public int size() {
    return size;
  }

  /** The share of the mean diagonal that was added: at least the one asked for. */
  public double dampingShare() {
    return share;
  }

  /** Input features that were always zero, ascending; a copy. */
  public int[] deadColumns() {
    return deadColumns.clone();
  }

  /** The diagonal of L in float64; a copy. */
  public double[] diagonal() {
    return diagonal.clone();
  }

  /** Reads L[from..to, column) into {@code destination}; entries above the diagonal are zero. */
  public void column(int column, int from, int to, float[] destination, int offset) {
    if (column < 0 || column >= size || from < 0 || to > size) {
      throw new IndexOutOfBoundsException("column " + column + ", rows " + from + " to " + to);
    }
    l.get((long) column * size + from, destination, offset, to - from);
  }

  /** The address of L[row, column], columns being {@link #size} apart. */
  FloatPointer at(int row, int column) {
    return l.at((long) column * size + row);
  }

  /** Called by the owning Hessian. */
  @Override
  public void close() {
    l.close();
  }
}
