package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;

/** Products of float64 matrices on the heap, for work inside one block of columns. */
public final class DoubleProducts {
  /** Rows of A that one task multiplies. */
  private static final int TILE = 256;

  private DoubleProducts() {}

  /**
   * C [n, m] = A [n, k] B [k, m]; a fresh matrix. The result does not depend on the number of
   * threads.
   */
  public static DoubleMatrix multiply(DoubleMatrix a, DoubleMatrix b) {
    if (a.cols() != b.rows()) {
      throw new IllegalArgumentException(a + " times " + b);
    }
    DoubleMatrix c = DoubleMatrix.zeros(a.rows(), b.cols());
    if (a.rows() == 0 || a.cols() == 0 || b.cols() == 0) {
      return c;
    }
    Blas.useCallingThread();
    Parallel.forEachRange(
        a.rows(),
        TILE,
        (first, end) -> {
          Blas.gemmRowMajor(
              end - first,
              b.cols(),
              a.cols(),
              a.data(),
              first * a.cols(),
              b.data(),
              c.data(),
              first * b.cols());
        });
    return c;
  }
}
