package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The lower Cholesky factor L of a large positive definite matrix in float64, in tiles of fixed
 * width that {@link Parallel} spreads over threads, as {@link CholeskyInverse} does in float32.
 */
final class LowerCholesky {
  private static final int TILE = 256;

  private final NativeDoubles a;
  private final int n;
  private final int tiles;

  private LowerCholesky(NativeDoubles a, int n) {
    this.a = a;
    this.n = n;
    this.tiles = Parallel.ranges(n, TILE);
  }

  /**
   * Replaces A by L, where A = L L^T.
   *
   * @param a [n, n] column-major; only the lower triangle is read and written
   * @return false if A is not positive definite; {@code a} is then undefined
   */
  static boolean inPlace(NativeDoubles a, int n) {
    Blas.useCallingThread();
    return new LowerCholesky(a, n).factor();
  }

  /** Right-looking: a column of tiles, then everything to its right. */
  private boolean factor() {
    for (int k = 0; k < tiles; k++) {
      int step = k;
      if (!Blas.choleskyLower(width(k), tile(k, k), n)) {
        return false;
      }
      int rest = tiles - k - 1;
      Parallel.forEach(
          rest,
          t -> {
            int i = step + 1 + t;
            Blas.solveTransposedRight(width(i), width(step), tile(step, step), n, tile(i, step), n);
          });
      // All squares of the rest; those above the diagonal have nothing to do.
      Parallel.forEach(rest * rest, t -> update(step, step + 1 + t / rest, step + 1 + t % rest));
    }
    return true;
  }

  /** A[i, j] -= A[i, k] A[j, k]^T, if that is in the lower triangle. */
  private void update(int k, int i, int j) {
    if (i == j) {
      Blas.syrkLowerSubtract(width(j), width(k), tile(j, k), n, tile(j, j), n);
    } else if (i > j) {
      Blas.gemmSubtractTransposed(
          width(i), width(j), width(k), tile(i, k), n, tile(j, k), n, tile(i, j), n);
    }
  }

  private int width(int tile) {
    return Math.min(TILE, n - tile * TILE);
  }

  private DoublePointer tile(int i, int j) {
    return a.at((long) j * TILE * n + (long) i * TILE);
  }
}
