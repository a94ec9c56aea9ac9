package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.BlockFloat;

/**
 * Block floating point (MSFP): the block shares e = clamp(ceil(log2 max)), its numbers have sign
 * and mantissa. A maximum that is a power of two saturates.
 */
final class BlockFloatEncoder extends Encoder {
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
    double scale = Powers.of(mantissaBits + bias - shared);
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
