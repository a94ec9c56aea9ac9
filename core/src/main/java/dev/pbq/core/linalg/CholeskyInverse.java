package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The inverse R^-1 of the Cholesky factor R of a large positive definite matrix, in tiles of fixed
 * width that {@link Parallel} spreads over threads. Each tile's arithmetic is the same whatever the
 * number of threads, which LAPACK's own threading does not promise.
 */
final class CholeskyInverse {
  /** Wide enough for matrix products at full speed, narrow enough to feed many threads. */
  static final int TILE = 512;

  private final NativeFloats a;
  private final int n;
  private final int tiles;

  private CholeskyInverse(NativeFloats a, int n) {
    this.a = a;
    this.n = n;
    this.tiles = Parallel.ranges(n, TILE);
  }

  /**
   * Replaces A by R^-1, where A = R^T R and R is upper triangular.
   *
   * @param a [n, n] column-major; the upper triangle is used, and the lower one must be zero
   * @return false if A is not positive definite in float32; {@code a} is then undefined
   */
  static boolean inPlace(NativeFloats a, int n) {
    Blas.useCallingThread();
    CholeskyInverse work = new CholeskyInverse(a, n);
    return work.factor() && work.invert();
  }

  /** A = R^T R, right-looking. */
  private boolean factor() {
    for (int k = 0; k < tiles; k++) {
      int step = k;
      if (!Blas.choleskyUpper(width(k), tile(k, k), n)) {
        return false;
      }
      int rest = tiles - k - 1;
      Parallel.forEach(
          rest,
          t -> {
            int j = step + 1 + t;
            Blas.solveTransposedLeft(width(step), width(j), tile(step, step), n, tile(step, j), n);
          });
      Parallel.forEach(
          rest * (rest + 1) / 2,
          t -> {
            int column = triangularRoot(t);
            update(step, step + 1 + t - column * (column + 1) / 2, step + 1 + column);
          });
    }
    return true;
  }

  /** The largest c with c (c + 1) / 2 <= t. */
  private static int triangularRoot(int t) {
    int c = (int) ((Math.sqrt(8.0 * t + 1) - 1) / 2);
    while ((c + 1) * (c + 2) / 2 <= t) {
      c++;
    }
    while (c * (c + 1) / 2 > t) {
      c--;
    }
    return c;
  }

  /** A[i, j] -= A[k, i]^T A[k, j]. */
  private void update(int k, int i, int j) {
    if (i == j) {
      Blas.syrkUpperSubtract(width(j), width(k), tile(k, j), n, tile(j, j), n);
    } else {
      Blas.gemm(
          true,
          false,
          width(i),
          width(j),
          width(k),
          -1f,
          tile(k, i),
          n,
          tile(k, j),
          n,
          1f,
          tile(i, j),
          n);
    }
  }

  /**
   * R becomes its inverse X, one tile column after the other: X[:j, j] = -X[:j, :j] R[:j, j] X[j,
   * j].
   */
  private boolean invert() {
    try (NativeFloats panel = new NativeFloats((long) n * Math.min(n, TILE))) {
      for (int j = 0; j < tiles; j++) {
        int column = j;
        int above = j * TILE;
        // The product cannot be formed in place: every tile of the column reads those below it.
        Parallel.forEach(j, i -> copyToPanel(panel, i, column));
        Parallel.forEach(
            j,
            i -> {
              int row = i * TILE;
              Blas.gemm(
                  false,
                  false,
                  TILE,
                  width(column),
                  above - row,
                  1f,
                  tile(i, i),
                  n,
                  panel.at(row),
                  n,
                  0f,
                  tile(i, column),
                  n);
              Blas.solveNegativeRight(
                  TILE, width(column), tile(column, column), n, tile(i, column), n);
            });
        if (!Blas.invertUpper(width(j), tile(j, j), n)) {
          return false;
        }
      }
    }
    return true;
  }

  private void copyToPanel(NativeFloats panel, int i, int j) {
    float[] run = new float[TILE];
    long row = (long) i * TILE;
    for (int c = 0; c < width(j); c++) {
      a.get(((long) j * TILE + c) * n + row, run, 0, TILE);
      panel.put((long) c * n + row, run, 0, TILE);
    }
  }

  private int width(int tile) {
    return Math.min(TILE, n - tile * TILE);
  }

  private FloatPointer tile(int i, int j) {
    return a.at((long) j * TILE * n + (long) i * TILE);
  }
}
