package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Whether OpenBLAS computes right on this processor. It has routines for each generation of
 * processors, and some versions have faulty ones for some of them (0.3.19 solves triangular systems
 * in float64 wrongly where there is AVX-512): results are then wrong without a word. So each
 * routine that everything rests on computes once what its definition says.
 */
final class BlasCheck {
  /** A multiple of no tile that the routines work in. */
  private static final int N = 97;

  /**
   * Rounding stays below a tenth of these shares; what a faulty routine gives is another number.
   */
  private static final double SINGLE = 1e-4;

  private static final double DOUBLE = 1e-10;

  /** The six routines, each with its matrices: all are [{@value #N}, {@value #N}], column-major. */
  record Routines(
      BiConsumer<DoublePointer, DoublePointer> dgemm,
      BiConsumer<DoublePointer, DoublePointer> dsyrk,
      BiConsumer<FloatPointer, FloatPointer> sgemm,
      BiConsumer<FloatPointer, FloatPointer> ssyrk,
      BiConsumer<DoublePointer, DoublePointer> dtrsm,
      BiConsumer<FloatPointer, FloatPointer> strsm) {
    /** Those of OpenBLAS. */
    static final Routines OPENBLAS =
        new Routines(
            (x, y) -> Blas.gemmSubtractTransposed(N, N, N, x, x, y),
            (x, y) -> Blas.syrkLowerSubtract(N, N, x, N, y, N),
            (x, y) -> Blas.gemm(false, true, N, N, N, 1, x, N, x, N, 0, y, N),
            (x, y) -> Blas.syrkLower(N, N, x, N, y, N),
            (x, y) -> Blas.solveTransposedRight(N, N, x, N, y, N),
            (x, y) -> Blas.solveNegativeRight(N, N, x, N, y, N));
  }

  private final Routines routines;
  private final double[] a = new double[N * N];
  private final double[] l = new double[N * N];

  /** A of normal numbers, L its lower triangle with N on the diagonal: easily solved. */
  private BlasCheck(Routines routines) {
    this.routines = routines;
    Random random = new Random(1);
    for (int j = 0; j < N; j++) {
      for (int i = 0; i < N; i++) {
        float value = (float) random.nextGaussian();
        a[j * N + i] = value;
        l[j * N + i] = i > j ? value : i == j ? N : 0;
      }
    }
  }

  /** The check is made once for each process, when products are first needed. */
  private static final class Once {
    private static final Optional<String> FAULT = fault(Routines.OPENBLAS);
  }

  /**
   * Makes the check if it has not been made.
   *
   * @throws PbqException naming the routine that computes wrong on this processor
   */
  static void require() {
    require(Once.FAULT);
  }

  /**
   * Refuses a fault.
   *
   * @param fault the routine that computes wrong
   */
  static void require(Optional<String> fault) {
    if (fault.isPresent()) {
      throw new PbqException(
          PbqException.Kind.NUMERICAL,
          "OpenBLAS computes wrong results on this processor ("
              + fault.get()
              + "): set OPENBLAS_CORETYPE=Haswell in the environment, so that it takes the routines"
              + " of an older one");
    }
  }

  /** The first routine whose result is wrong. */
  static Optional<String> fault(Routines routines) {
    return new BlasCheck(routines).fault();
  }

  /** Sums and solutions are all of one matrix. */
  private Optional<String> fault() {
    double[] gram = timesTransposed(a, a);
    double[] none = new double[N * N];
    double[] sum = doubles(a, none, routines.dgemm());
    if (differs(sum, gram, -1, DOUBLE)) {
      return Optional.of("dgemm");
    }
    sum = doubles(a, none, routines.dsyrk());
    if (differs(sum, gram, -1, DOUBLE)) {
      return Optional.of("dsyrk");
    }
    sum = floats(a, none, routines.sgemm());
    if (differs(sum, gram, 1, SINGLE)) {
      return Optional.of("sgemm");
    }
    sum = floats(a, none, routines.ssyrk());
    if (differs(sum, gram, 1, SINGLE)) {
      return Optional.of("ssyrk");
    }
    double[] solved = doubles(l, a, routines.dtrsm());
    if (differs(timesTransposed(solved, l), a, 1, DOUBLE)) {
      return Optional.of("dtrsm");
    }
    // The upper factor of the other routine is L^T, row by row.
    solved = floats(transposed(l), a, routines.strsm());
    if (differs(timesTransposed(solved, l), a, -1, SINGLE)) {
      return Optional.of("strsm");
    }
    return Optional.empty();
  }

  private static double[] doubles(
      double[] from, double[] to, BiConsumer<DoublePointer, DoublePointer> routine) {
    double[] result = new double[to.length];
    try (DoublePointer x = new DoublePointer(from);
        DoublePointer y = new DoublePointer(to)) {
      routine.accept(x, y);
      y.get(result);
    }
    return result;
  }

  private static double[] floats(
      double[] from, double[] to, BiConsumer<FloatPointer, FloatPointer> routine) {
    float[] result = new float[to.length];
    try (FloatPointer x = new FloatPointer(narrowed(from));
        FloatPointer y = new FloatPointer(narrowed(to))) {
      routine.accept(x, y);
      y.get(result);
    }
    double[] widened = new double[result.length];
    for (int i = 0; i < result.length; i++) {
      widened[i] = result[i];
    }
    return widened;
  }

  private static float[] narrowed(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  private static double[] transposed(double[] matrix) {
    double[] result = new double[N * N];
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        result[i * N + j] = matrix[j * N + i];
      }
    }
    return result;
  }

  /** A B^T as it is defined, column-major. */
  private static double[] timesTransposed(double[] a, double[] b) {
    double[] c = new double[N * N];
    for (int k = 0; k < N; k++) {
      for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++) {
          c[j * N + i] += a[k * N + i] * b[k * N + j];
        }
      }
    }
    return c;
  }

  /** Whether the lower triangles differ by more than a share of the size of the sums. */
  private static boolean differs(double[] result, double[] expected, int sign, double share) {
    for (int j = 0; j < N; j++) {
      for (int i = j; i < N; i++) {
        // Also true for a result that is not a number.
        if (!(Math.abs(sign * result[j * N + i] - expected[j * N + i]) <= share * N)) {
          return true;
        }
      }
    }
    return false;
  }
}
