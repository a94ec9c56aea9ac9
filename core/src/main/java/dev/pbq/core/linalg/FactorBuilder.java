package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes the {@link InverseFactor} of a Hessian. With J the reversal of rows and columns, J H J = L
 * L^T gives H^-1 = U^T U for U = J L^-1 J: one Cholesky factorisation and one triangular inverse,
 * half the work of factor, inverse and factor of the inverse, and one rounding of H less.
 */
final class FactorBuilder {
  /** Up to this size float64 costs a few milliseconds. */
  private static final int FLOAT64_LIMIT = 1024;

  private final SymmetricTriangle h;
  private final int n;
  private final double[] diagonal;
  private final int[] dead;
  private final int[] order;

  FactorBuilder(SymmetricTriangle h, ColumnOrder columnOrder) {
    this.h = h;
    this.n = h.size();
    this.diagonal = h.diagonal();
    this.dead = IntStream.range(0, n).filter(c -> diagonal[c] == 0).toArray();
    for (int c : dead) {
      diagonal[c] = 1;
    }
    this.order = columnOrder.byDiagonal() ? columnOrder.visits(diagonal) : null;
  }

  /**
   * Factors with the smallest damping that works.
   *
   * @throws PbqException NUMERICAL naming {@code layer} if none up to the limit does
   */
  InverseFactor build(Damping damping, String layer) {
    double mean = IntStream.range(0, n).mapToDouble(i -> diagonal[i]).sum() / n;
    return DampingSearch.find(
        damping,
        layer,
        share -> {
          double d = share * mean;
          return Optional.ofNullable(n <= FLOAT64_LIMIT ? factorSmall(d) : factorLarge(d))
              .map(u -> new InverseFactor(n, u, share, d, dead, order));
        });
  }

  private NativeFloats factorSmall(double d) {
    double[] a = new double[n * n];
    fill(d, (position, run, count) -> System.arraycopy(run, 0, a, (int) position, count));
    Blas.useCallingThread();
    if (!Blas.choleskyInverse(n, a)) {
      return null;
    }
    NativeFloats u = new NativeFloats((long) n * n);
    float[] row = new float[n];
    boolean finite = true;
    for (int p = 0; p < n; p++) {
      for (int q = 0; q < n; q++) {
        row[q] = q < p ? 0f : (float) a[(n - 1 - p) * n + (n - 1 - q)];
      }
      finite &= isUsable(row, p);
      u.put((long) p * n, row, 0, n);
    }
    if (!finite) {
      u.close();
      return null;
    }
    return u;
  }

  private NativeFloats factorLarge(double d) {
    NativeFloats u = NativeFloats.zeros((long) n * n);
    float[] narrow = new float[n];
    fill(
        d,
        (position, run, count) -> {
          for (int k = 0; k < count; k++) {
            narrow[k] = (float) run[k];
          }
          u.put(position, narrow, 0, count);
        });
    boolean good = false;
    try {
      good = CholeskyInverse.inPlace(u, n) && reverse(u);
    } finally {
      if (!good) {
        u.close();
      }
    }
    return good ? u : null;
  }

  /** Where the rows of J H_d J go, up to the diagonal each. */
  private interface RowSink {
    void accept(long position, double[] run, int count);
  }

  /** Row i of J H_d J [n, n], columns 0..i: row n-1-i of H from its diagonal on, backwards. */
  private void fill(double d, RowSink sink) {
    double[] row = new double[n];
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      int source = n - 1 - i;
      if (order == null) {
        h.get(source, source, n, row);
        for (int k = 0; k <= i; k++) {
          out[k] = row[i - k];
        }
      } else {
        gatherOrdered(source, row, out);
      }
      out[i] = diagonal[order == null ? source : order[source]] + d;
      sink.accept((long) i * n, out, i + 1);
    }
  }

  /** The reversed row of the permuted Hessian; entries come from all over the triangle. */
  private void gatherOrdered(int source, double[] scratch, double[] out) {
    int feature = order[source];
    for (int k = 0; k < n - source; k++) {
      int other = order[n - 1 - k];
      int low = Math.min(feature, other);
      int high = Math.max(feature, other);
      h.get(low, high, high + 1, scratch);
      out[k] = scratch[0];
    }
  }

  /** Turns L^-1 (row-major, lower) into U = J L^-1 J; false if it has unusable entries. */
  private boolean reverse(NativeFloats m) {
    float[] top = new float[n];
    float[] bottom = new float[n];
    boolean usable = true;
    for (int p = 0; p < n - p; p++) {
      int q = n - 1 - p;
      m.get((long) p * n, top, 0, n);
      m.get((long) q * n, bottom, 0, n);
      reverse(top);
      reverse(bottom);
      usable &= isUsable(bottom, p) && isUsable(top, q);
      m.put((long) p * n, bottom, 0, n);
      m.put((long) q * n, top, 0, n);
    }
    return usable;
  }

  private static void reverse(float[] a) {
    for (int i = 0, j = a.length - 1; i < j; i++, j--) {
      float swap = a[i];
      a[i] = a[j];
      a[j] = swap;
    }
  }

  /** A row of U with a positive diagonal and nothing infinite. */
  private static boolean isUsable(float[] row, int diagonal) {
    boolean finite = true;
    for (int k = diagonal; k < row.length; k++) {
      finite &= Math.abs(row[k]) <= Float.MAX_VALUE;
    }
    return finite && row[diagonal] > 0;
  }
}
