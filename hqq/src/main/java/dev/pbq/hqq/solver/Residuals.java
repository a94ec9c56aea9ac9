package dev.pbq.hqq.solver;

/**
 * One iteration's rounding of scaled weights, added up over the elements of a group for many groups
 * at once. One row at a time and no shared subscripts: in this shape the compiler vectorises it.
 */
final class Residuals {
  /**
   * Adding it to a number below 2^22 leaves no bits for a fraction: rounds half to even, and leaves
   * the integer in the lowest bits.
   */
  static final float ROUNDER = 0x1.8p23f;

  /** Scaled weights beyond this are left to plain code. */
  static final float LARGEST = 0x1p21f;

  private Residuals() {}

  /**
   * Adds element-wise, for {@code v = u + z} and {@code q = rint(v)}: {@code q} to {@code codes}
   * and {@code |v - q|} to {@code errors}.
   *
   * @param n entries to use of each array
   */
  static void add(float[] u, float[] z, float[] codes, float[] errors, int n) {
    for (int l = 0; l < n; l++) {
      float v = u[l] + z[l];
      float q = (v + ROUNDER) - ROUNDER;
      codes[l] += q;
      errors[l] += Math.abs(v - q);
    }
  }

  /** The same with {@code q} limited to 0 .. {@code max}. */
  static void addClamped(float[] u, float[] z, float[] codes, float[] errors, float max, int n) {
    for (int l = 0; l < n; l++) {
      float v = u[l] + z[l];
      float q = (v + ROUNDER) - ROUNDER;
      // min(max(q, 0), max), exact for integers, without comparisons.
      q = 0.5f * ((Math.abs(q) + max) - Math.abs(q - max));
      codes[l] += q;
      errors[l] += Math.abs(v - q);
    }
  }
}
