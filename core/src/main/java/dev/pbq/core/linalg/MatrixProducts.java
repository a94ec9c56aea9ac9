package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The large product of a sweep's trailing update, by one of two libraries. OpenBLAS, which ND4J
 * brings, is called directly by default; with the system property {@code pbq.products=nd4j} the
 * same memory goes through ND4J, and so to whatever backend ND4J has been given.
 *
 * <p>On CPU, ND4J costs more time and memory: {@code docs/performance.md} has the figures.
 */
interface MatrixProducts {
  /** The name of the system property that chooses. */
  String PROPERTY = "pbq.products";

  /**
   * C [m, n] -= A B^T, all column-major without gaps between columns but for B.
   *
   * @param a [m, k]
   * @param b [n, k], {@code ldb} elements from column to column
   */
  void subtractProduct(
      int m, int n, int k, FloatPointer a, FloatPointer b, int ldb, FloatPointer c);

  /**
   * The implementation that the system property asks for.
   *
   * @throws PbqException USAGE if it names none
   */
  static MatrixProducts selected() {
    String name = System.getProperty(PROPERTY, "openblas");
    return switch (name) {
      case "openblas" -> MatrixProducts::openBlas;
      case "nd4j" -> new Nd4jProducts();
      default ->
          throw PbqException.usage("-D" + PROPERTY + "=" + name + " is neither openblas nor nd4j");
    };
  }

  private static void openBlas(
      int m, int n, int k, FloatPointer a, FloatPointer b, int ldb, FloatPointer c) {
    Blas.gemm(false, true, m, n, k, -1f, a, m, b, ldb, 1f, c, m);
  }
}
