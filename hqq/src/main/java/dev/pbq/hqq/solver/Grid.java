package dev.pbq.hqq.solver;

/**
 * The grid of a group before it is refined ({@code docs/methods/hqq.md#what-is-computed}).
 *
 * @param maxCode the largest code
 * @param roundZero whether the zero point is rounded to an integer
 * @param guard what happens to narrow groups
 * @param largestZero the largest zero point that can be stored
 */
public record Grid(int maxCode, boolean roundZero, RangeGuard guard, float largestZero) {
  private static final float NARROW = 1e-4f;
  private static final float LARGEST = 2e4f;

  /**
   * The inverse scale for weights between {@code lo} and {@code hi}: reciprocal, then product, each
   * rounded to float32.
   */
  public float inverseScale(float lo, float hi) {
    float range = hi - lo;
    float s = (1 / range) * maxCode;
    return switch (guard) {
      case COMPAT -> range <= NARROW ? 1 : Math.min(s, LARGEST);
      case EXACT -> isConstant(lo, hi) ? 1 : s;
    };
  }

  /** The zero point for the lowest weight and an inverse scale. */
  public float zero(float lo, float hi, float inverseScale) {
    float z = -lo * inverseScale;
    boolean rounds = roundZero && !(guard == RangeGuard.EXACT && isConstant(lo, hi));
    return rounds ? (float) Math.rint(z) : z;
  }

  /** Whether there is no storable grid between these limits. */
  boolean isConstant(float lo, float hi) {
    float s = (1 / (hi - lo)) * maxCode;
    return !(s <= Float.MAX_VALUE && Math.abs(lo * s) <= largestZero);
  }
}
