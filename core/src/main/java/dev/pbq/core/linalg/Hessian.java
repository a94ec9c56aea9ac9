package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The Hessian of a layer's inputs: H = (2/n) sum over n sequences of X_j^T X_j, [size, size],
 * symmetric positive semi-definite (GPTQ, arXiv 2210.17323; {@code add_batch} of its reference
 * program). Owns native memory; closing it also closes its factors. Thread-safe, except that
 * nothing may be in use when it is closed.
 */
public final class Hessian implements AutoCloseable {
  private record FactorKey(Damping damping, ColumnOrder order) {}

  private final SymmetricTriangle h;
  private final int sequences;
  private final Map<FactorKey, InverseFactor> factors = new HashMap<>();
  private final Map<Damping, LowerFactor> lowerFactors = new HashMap<>();

  /** Takes ownership of the triangle. */
  Hessian(SymmetricTriangle h, int sequences) {
    this.h = h;
    this.sequences = sequences;
  }

  /**
   * The Hessian given whole, for tests and tools; the upper triangle of the matrix is copied.
   *
   * @throws PbqException NUMERICAL if an entry is NaN or infinite
   */
  public static Hessian of(FloatMatrix symmetric, int sequences) {
    int n = symmetric.rows();
    if (n != symmetric.cols() || n < 1) {
      throw new IllegalArgumentException("a Hessian of shape " + symmetric);
    }
    SymmetricTriangle h = new SymmetricTriangle(n);
    double[] row = new double[n];
    for (int i = 0; i < n; i++) {
      for (int k = i; k < n; k++) {
        row[k - i] = symmetric.get(i, k);
      }
      h.put(i, i, n, row);
    }
    if (!h.scale(1.0)) {
      h.close();
      throw PbqException.numerical("the Hessian contains NaN or infinity");
    }
    return new Hessian(h, sequences);
  }

  /**
   * The Hessian that others have summed up, each some of its rows.
   *
   * @param bands all rows, in order
   */
  public static Hessian of(List<HessianRows> bands) {
    int n = bands.get(0).size();
    SymmetricTriangle h = new SymmetricTriangle(n);
    int next = 0;
    for (HessianRows band : bands) {
      if (band.from() != next || band.size() != n) {
        h.close();
        throw new IllegalArgumentException("rows from " + band.from() + " on, not " + next);
      }
      next = band.copyTo(h);
    }
    if (next != n) {
      h.close();
      throw new IllegalArgumentException(next + " of " + n + " rows");
    }
    return new Hessian(h, bands.get(0).sequences());
  }

  /**
   * The Hessian of the other sequences, for the caller to close.
   *
   * @param part the Hessian of some of this one's sequences, not all
   */
  public Hessian without(Hessian part) {
    int others = sequences - part.sequences;
    if (part.size() != size() || others < 1) {
      throw new IllegalArgumentException(
          part.sequences + " of " + sequences + " sequences, " + part.size() + " of " + size());
    }
    SymmetricTriangle rest = new SymmetricTriangle(size());
    double[] row = new double[size()];
    double[] taken = new double[size()];
    for (int i = 0; i < size(); i++) {
      row(i, row);
      part.row(i, taken);
      for (int k = 0; k < size() - i; k++) {
        row[k] = (row[k] * sequences - taken[k] * part.sequences) / others;
      }
      // Where nothing is left, rounding may leave less than nothing.
      row[0] = Math.max(0, row[0]);
      rest.put(i, i, size(), row);
    }
    return new Hessian(rest, others);
  }

  /** Number of input features. */
  public int size() {
    return h.size();
  }

  /** Number of sequences accumulated. */
  public int sequences() {
    return sequences;
  }

  /** The diagonal, undamped; a fresh array. */
  public double[] diagonal() {
    return h.diagonal();
  }

  /** Input features that were zero in every token (H[c, c] = 0), ascending. */
  public int[] deadColumns() {
    double[] diagonal = h.diagonal();
    return IntStream.range(0, diagonal.length).filter(c -> diagonal[c] == 0).toArray();
  }

  /**
   * H[from..to, from..to), undamped; a fresh matrix, both triangles filled.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the matrix
   */
  public DoubleMatrix block(int from, int to) {
    int width = to - from;
    double[] values = new double[Math.multiplyExact(width, width)];
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      h.get(from + i, from + i, to, row);
      for (int k = i; k < width; k++) {
        values[i * width + k] = row[k - i];
        values[k * width + i] = row[k - i];
      }
    }
    return new DoubleMatrix(width, width, values);
  }

  /** Row i from the diagonal on: entry k is H[i, i + k]. */
  void row(int i, double[] destination) {
    h.get(i, i, h.size(), destination);
  }

  /** {@link #inverseFactor(Damping, ColumnOrder, String)} in natural order. */
  public InverseFactor inverseFactor(Damping damping, String layer) {
    return inverseFactor(damping, ColumnOrder.NATURAL, layer);
  }

  /**
   * The damped inverse factor. It is computed once and kept, so that layers with the same input
   * share it: 4 size^2 bytes until this Hessian is closed.
   *
   * @param layer the layer it is wanted for, for messages
   * @throws PbqException NUMERICAL naming {@code layer} if no damping allowed makes it factor
   */
  public synchronized InverseFactor inverseFactor(
      Damping damping, ColumnOrder order, String layer) {
    FactorKey key = new FactorKey(damping, order);
    InverseFactor known = factors.get(key);
    if (known == null) {
      known = new FactorBuilder(h, order).build(damping, layer);
      factors.put(key, known);
    }
    return known;
  }

  /**
   * The lower Cholesky factor of the damped Hessian, which sweeps that start at the last column
   * need. It is computed once and kept: 4 size^2 bytes until this Hessian is closed, three times
   * that while it is made.
   *
   * @param layer the layer it is wanted for, for messages
   * @throws PbqException NUMERICAL naming {@code layer} if no damping allowed makes it factor
   */
  public synchronized LowerFactor lowerFactor(Damping damping, String layer) {
    LowerFactor known = lowerFactors.get(damping);
    if (known == null) {
      known = LowerFactor.of(h, damping, layer);
      lowerFactors.put(damping, known);
    }
    return known;
  }

  /**
   * trace(D H D^T) for D [rows, size]: the squared output error of a weight change D, summed over
   * the calibration tokens, times 2/n.
   */
  public double quadraticTrace(FloatMatrix d) {
    if (d.cols() != h.size()) {
      throw new IllegalArgumentException(d + " times a Hessian of size " + h.size());
    }
    return new QuadraticTrace(h, d).compute();
  }

  @Override
  public synchronized void close() {
    factors.values().forEach(InverseFactor::close);
    factors.clear();
    lowerFactors.values().forEach(LowerFactor::close);
    lowerFactors.clear();
    h.close();
  }
}
