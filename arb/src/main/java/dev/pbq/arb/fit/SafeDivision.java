package dev.pbq.arb.fit;

/** The quotient of every least-squares update: a / (b + eps), and 0 where b + eps is 0. */
final class SafeDivision {
  private SafeDivision() {}

  static double divide(double a, double b, double eps) {
    double denominator = b + eps;
    return denominator == 0 ? 0 : a / denominator;
  }

  /** Checks what every iterative fitter is made with. */
  static void requireValid(int iterations, double eps) {
    if (iterations < 0 || !(eps >= 0 && eps < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(iterations + " iterations, eps " + eps);
    }
  }
}
