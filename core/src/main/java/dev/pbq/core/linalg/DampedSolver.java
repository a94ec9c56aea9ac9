package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import java.util.Optional;

/**
 * Solutions V of V (H + d I) = E by a Cholesky factor in float64, 8 size^2 bytes of native memory
 * freed by {@link #close}. H is damped as {@link Hessian#inverseFactor} damps it: ones in place of
 * the zeros of dead columns, d = share * mean(diag H), a larger share where that does not factor.
 */
public final class DampedSolver implements AutoCloseable {
  private final int size;
  private final NativeDoubles factor;

  private DampedSolver(int size, NativeDoubles factor) {
    this.size = size;
    this.factor = factor;
  }

  /**
   * Factors a Hessian.
   *
   * @param layer for messages
   * @throws PbqException NUMERICAL naming {@code layer} if no damping allowed makes it factor
   */
  public static DampedSolver of(Hessian h, Damping damping, String layer) {
    return of(h, Optional.empty(), damping, layer);
  }

  /**
   * Factors what is left of a Hessian when some of its sequences are taken out.
   *
   * @param part the Hessian of those sequences alone
   */
  public static DampedSolver without(Hessian h, Hessian part, Damping damping, String layer) {
    return of(h, Optional.of(part), damping, layer);
  }

  private static DampedSolver of(Hessian h, Optional<Hessian> part, Damping damping, String layer) {
    return DampingSearch.find(damping, layer, share -> factored(h, part, share));
  }

  private static Optional<DampedSolver> factored(Hessian h, Optional<Hessian> part, double share) {
    int n = h.size();
    double[] row = new double[n];
    double[] diagonal = new double[n];
    double mean = 0;
    NativeDoubles a = new NativeDoubles((long) n * n);
    boolean good = false;
    try {
      for (int i = 0; i < n; i++) {
        h.row(i, row);
        if (part.isPresent()) {
          subtract(row, h, part.get(), i);
        }
        diagonal[i] = row[0] <= 0 ? 1 : row[0];
        mean += diagonal[i] / n;
        // Row i from the diagonal on is column i of the lower triangle, column-major.
        a.put((long) i * n + i, row, 0, n - i);
      }
      double[] one = new double[1];
      for (int i = 0; i < n; i++) {
        one[0] = diagonal[i] + share * mean;
        a.put((long) i * n + i, one, 0, 1);
      }
      good = LowerCholesky.inPlace(a, n);
      return good ? Optional.of(new DampedSolver(n, a)) : Optional.empty();
    } finally {
      if (!good) {
        a.close();
      }
    }
  }

  private static void subtract(double[] row, Hessian h, Hessian part, int i) {
    double[] taken = new double[row.length];
    part.row(i, taken);
    double weight = (double) part.sequences() / h.sequences();
    for (int k = 0; k < row.length - i; k++) {
      row[k] -= weight * taken[k];
    }
  }

  /**
   * Solves for some right-hand sides in place. May be called by several threads.
   *
   * @param e [rows, size] row-major
   */
  void solve(NativeDoubles e, int rows) {
    Blas.solveCholesky(size, rows, factor.at(0), e.at(0));
  }

  int size() {
    return size;
  }

  @Override
  public void close() {
    factor.close();
  }
}
