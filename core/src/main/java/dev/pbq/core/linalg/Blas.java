package dev.pbq.core.linalg;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrs_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dtrtri_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_spotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_strtri_work;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;
import static org.bytedeco.openblas.global.openblas.cblas_strsm;

import dev.pbq.core.parallel.Parallel;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The BLAS and LAPACK routines that pbq needs, from the OpenBLAS that ND4J brings, always on the
 * calling thread: {@link Parallel} decides who computes what, so a result does not depend on how
 * many threads there are. All matrices are column-major; "ld" is the distance between columns.
 */
final class Blas {
  private static final byte UPPER = 'U';
  private static final byte LOWER = 'L';
  private static final byte NON_UNIT = 'N';

  private Blas() {}

  /**
   * To be called before work is handed out to threads. OpenBLAS's own threads are switched off for
   * the whole process: ND4J sets them to the number of cores whenever it starts.
   *
   * @throws dev.pbq.core.PbqException if OpenBLAS computes wrong results on this processor
   */
  static void useCallingThread() {
    blas_set_num_threads(1);
    BlasCheck.require();
  }

  /** C [m, n] = alpha op(A) op(B) + beta C, op(A) [m, k], op(B) [k, n]. */
  static void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    int opA = transposeA ? CblasTrans : CblasNoTrans;
    int opB = transposeB ? CblasTrans : CblasNoTrans;
    cblas_sgemm(CblasColMajor, opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /**
   * C [m, n] = A B in float64, row-major, A [m, k] starting at entry {@code offsetA} of its array,
   * C at {@code offsetC}. The arrays are copied to native memory and C back.
   */
  static void gemmRowMajor(
      int m, int n, int k, double[] a, int offsetA, double[] b, double[] c, int offsetC) {
    try (DoublePointer nativeA = new DoublePointer((long) m * k);
        DoublePointer nativeB = new DoublePointer((long) k * n);
        DoublePointer nativeC = new DoublePointer((long) m * n)) {
      nativeA.put(a, offsetA, m * k);
      nativeB.put(b, 0, k * n);
      // Row-major A B is column-major B^T A^T.
      cblas_dgemm(
          CblasColMajor,
          CblasNoTrans,
          CblasNoTrans,
          n,
          m,
          k,
          1.0,
          nativeB,
          n,
          nativeA,
          k,
          0.0,
          nativeC,
          n);
      nativeC.get(c, offsetC, m * n);
    }
  }

  /** C [m, n] -= A B^T in float64, A [m, k], B [n, k], all without gaps between columns. */
  static void gemmSubtractTransposed(
      int m, int n, int k, DoublePointer a, DoublePointer b, DoublePointer c) {
    gemmSubtractTransposed(m, n, k, a, m, b, n, c, m);
  }

  /** C [m, n] -= A B^T in float64, A [m, k], B [n, k]. */
  static void gemmSubtractTransposed(
      int m,
      int n,
      int k,
      DoublePointer a,
      int lda,
      DoublePointer b,
      int ldb,
      DoublePointer c,
      int ldc) {
    cblas_dgemm(
        CblasColMajor, CblasNoTrans, CblasTrans, m, n, k, -1.0, a, lda, b, ldb, 1.0, c, ldc);
  }

  /** Lower triangle of C [n, n] -= A A^T in float64, A [n, k]. */
  static void syrkLowerSubtract(int n, int k, DoublePointer a, int lda, DoublePointer c, int ldc) {
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, k, -1.0, a, lda, 1.0, c, ldc);
  }

  /** B [m, n] = B L^-T in float64, L [n, n] lower. */
  static void solveTransposedRight(
      int m, int n, DoublePointer l, int ldl, DoublePointer b, int ldb) {
    cblas_dtrsm(
        CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, m, n, 1.0, l, ldl, b, ldb);
  }

  /** A [n, n] = L L^T in place, lower triangle, float64; false if not positive definite. */
  static boolean choleskyLower(int n, DoublePointer a, int lda) {
    return LAPACKE_dpotrf_work(CblasColMajor, LOWER, n, a, lda) == 0;
  }

  /** C [m, n] += alpha A B in float64, A [m, k], B [k, n], all without gaps between columns. */
  static void gemmAdd(
      int m, int n, int k, double alpha, DoublePointer a, DoublePointer b, DoublePointer c) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, m, n, k, alpha, a, m, b, k, 1.0, c, m);
  }

  /** Lower triangle of C [n, n] = A A^T, A [n, k]. */
  static void syrkLower(int n, int k, FloatPointer a, int lda, FloatPointer c, int ldc) {
    cblas_ssyrk(CblasColMajor, CblasLower, CblasNoTrans, n, k, 1f, a, lda, 0f, c, ldc);
  }

  /** Upper triangle of C [n, n] -= A^T A, A [k, n]. */
  static void syrkUpperSubtract(int n, int k, FloatPointer a, int lda, FloatPointer c, int ldc) {
    cblas_ssyrk(CblasColMajor, CblasUpper, CblasTrans, n, k, -1f, a, lda, 1f, c, ldc);
  }

  /** B [m, n] = R^-T B, R [m, m] upper. */
  static void solveTransposedLeft(int m, int n, FloatPointer r, int ldr, FloatPointer b, int ldb) {
    cblas_strsm(
        CblasColMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, m, n, 1f, r, ldr, b, ldb);
  }

  /** B [m, n] = -B R^-1, R [n, n] upper. */
  static void solveNegativeRight(int m, int n, FloatPointer r, int ldr, FloatPointer b, int ldb) {
    cblas_strsm(
        CblasColMajor,
        CblasRight,
        CblasUpper,
        CblasNoTrans,
        CblasNonUnit,
        m,
        n,
        -1f,
        r,
        ldr,
        b,
        ldb);
  }

  /** A [n, n] = R^T R in place, upper triangle; false if A is not positive definite. */
  static boolean choleskyUpper(int n, FloatPointer a, int lda) {
    return LAPACKE_spotrf_work(CblasColMajor, UPPER, n, a, lda) == 0;
  }

  /** R [n, n] upper, inverted in place; false if singular. */
  static boolean invertUpper(int n, FloatPointer r, int ldr) {
    return LAPACKE_strtri_work(CblasColMajor, UPPER, NON_UNIT, n, r, ldr) == 0;
  }

  /** {@link #choleskyUpper} and {@link #invertUpper} in float64, for a small matrix on the heap. */
  static boolean choleskyInverse(int n, double[] a) {
    return LAPACKE_dpotrf_work(CblasColMajor, UPPER, n, a, n) == 0
        && LAPACKE_dtrtri_work(CblasColMajor, UPPER, NON_UNIT, n, a, n) == 0;
  }

  /** B [n, count] = (L L^T)^-1 B in float64, L [n, n] as {@link LowerCholesky} leaves it. */
  static void solveCholesky(int n, int count, DoublePointer l, DoublePointer b) {
    if (LAPACKE_dpotrs_work(CblasColMajor, LOWER, n, count, l, n, b, n) != 0) {
      throw new IllegalStateException("dpotrs: wrong arguments");
    }
  }
}
