package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat;

/**
 * Finds the codes of numbers in one format: the other direction of {@link NumberFormat#decode}.
 * Zero is always +0; the sign of the reference's zeros depends on how it cuts blocks. The reference
 * computes in float32; where that is exact, which is everywhere but in the logarithm and in adding
 * its small constants, this computes in float64.
 */
abstract sealed class Encoder
    permits FixedPointEncoder,
        LogarithmEncoder,
        HiddenBitEncoder,
        DenormEncoder,
        BlockFloatEncoder {
  /** In place of what a block shares: every number of the block becomes NaN. */
  static final int ALL_NAN = -1;

  /** The largest power of two in float32. */
  static final int MAX_EXPONENT = 127;

  /** What the reference adds to magnitudes and signs, in float32. */
  static final float EPSILON = 1e-9f;

  /** Numbers of at most this magnitude are near zero; torch's isclose with its default. */
  static final float NEAR_ZERO = 1e-8f;

  static Encoder of(NumberFormat format, Rules rules) {
    return format.match(new Encoders(rules));
  }

  /**
   * What a block shares.
   *
   * @param max the largest magnitude in the block, above 0 and not NaN
   * @return its code, or {@link #ALL_NAN}
   */
  int shared(float max) {
    return 0;
  }

  /**
   * Encodes {@code x[from .. to)} into {@code codes[from .. to)}. NaN gets some code.
   *
   * @param shared of their block
   */
  abstract void encode(float[] x, int from, int to, int shared, int[] codes);

  /**
   * What the reference makes of a number.
   *
   * @param decoded the value of its code
   * @return that value, or the one that no code stands for
   */
  abstract float reference(float x, int shared, float decoded);

  static int clamp(int value, int min, int max) {
    return Math.max(min, Math.min(max, value));
  }

  /** Numbers near zero pass through; infinity, which is mixed with weight 0, becomes NaN. */
  static float mixed(float x, float decoded) {
    float near = Math.abs(x) <= NEAR_ZERO ? 1 : 0;
    return (1 - near) * decoded + near * x;
  }
}
