package dev.pbq.arb.partition;

/**
 * What a float64 operation lost, itself a float64 number (Dekker 1971, Knuth): with it, sums are
 * carried as a value and a tail of together some 106 bits. Errors of binarization are small
 * differences of large sums, and the salient columns are large by definition.
 */
final class RoundingError {
  private RoundingError() {}

  /** a + b - s, for s = a + b rounded. */
  static double ofSum(double a, double b, double s) {
    double t = s - a;
    return (a - (s - t)) + (b - t);
  }

  /** a * b - p, for p = a * b rounded; one instruction on every CPU with AVX2 or NEON. */
  static double ofProduct(double a, double b, double p) {
    return Math.fma(a, b, -p);
  }
}
