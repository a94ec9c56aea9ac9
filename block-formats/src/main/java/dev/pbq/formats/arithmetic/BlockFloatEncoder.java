package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.BlockFloat;

/**
 * Block floating point (MSFP): the block shares e = clamp(ceil(log2 max)), its numbers have sign
 * and mantissa. A maximum that is a power of two saturates.
 */
final class BlockFloatEncoder extends Encoder {
  /** Numbers near zero times a larger power of two might not round to 0. */
  static final int MOST_POWER = 25;

  /** Scales and what they make are normal numbers of float32 from here on. */
  static final int LEAST_POWER = -100;

  /** Added to a number below 2^22 it leaves no bits for a fraction: rounds half to even. */
  static final float ROUNDER = 0x1.8p23f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  private final int mantissaBits;
  private final int bias;
  private final int highest;

  BlockFloatEncoder(BlockFloat format, Rules rules) {
    this.mantissaBits = format.width() - 1;
    this.bias = format.bias();
    int cap = rules == Rules.COMPAT ? MAX_EXPONENT + 1 : MAX_EXPONENT;
    this.highest = Math.min((1 << format.exponentWidth()) - 1, cap + bias);
  }

  @Override
  int shared(float max) {
    int field = clamp(Log2.ceil(max) + bias, 0, highest);
    // 2^128 is infinity, and its product with the mantissa of 0 that it leaves is NaN.
    return field - bias > MAX_EXPONENT ? ALL_NAN : field;
  }

  @Override
  void encode(float[] x, int from, int to, int shared, int[] codes) {
    int power = mantissaBits + bias - shared;
    if (power < LEAST_POWER || power > MOST_POWER) {
      encodeExtreme(x, from, to, power, codes);
      return;
    }
    // As float64 would have it: times a power of two is exact, or far below a half.
    float scale = (float) Powers.of(power);
    int sign = 1 << mantissaBits;
    for (int i = from; i < to; i++) {
      // Larger numbers than the rounder is made for give larger integers still.
      float rounded = (Math.abs(x[i]) + EPSILON) * scale + ROUNDER;
      int mantissa = Math.min(sign - 1, Float.floatToRawIntBits(rounded) - ROUNDER_BITS);
      int negative = Float.floatToRawIntBits(x[i]) >> 31 & -mantissa >> 31 & sign;
      codes[i] = mantissa | negative;
    }
  }

  private void encodeExtreme(float[] x, int from, int to, int power, int[] codes) {
    double scale = Powers.of(power);
    int sign = 1 << mantissaBits;
    for (int i = from; i < to; i++) {
      float a = Math.abs(x[i]);
      if (!(a > NEAR_ZERO)) {
        codes[i] = 0;
        continue;
      }
      int mantissa = (int) Math.min(sign - 1, Math.rint((a + EPSILON) * scale));
      codes[i] = x[i] < 0 && mantissa > 0 ? mantissa | sign : mantissa;
    }
  }

  @Override
  float reference(float x, int shared, float decoded) {
    return mixed(x, Float.isNaN(x) ? x : decoded);
  }
}
