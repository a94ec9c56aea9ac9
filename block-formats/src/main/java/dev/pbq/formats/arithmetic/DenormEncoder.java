package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.DenormFloat;

/**
 * Minifloats without hidden bit: e = clamp(ceil(log2 |x|)), mantissa in [0, 1). Powers of two
 * saturate, and rounding never carries into the exponent.
 */
final class DenormEncoder extends Encoder {
  private final int width;
  private final int mantissaBits;
  private final int bias;
  private final int highest;

  DenormEncoder(DenormFloat format, Rules rules) {
    this.width = format.width();
    this.mantissaBits = width - format.exponentWidth() - 1;
    this.bias = format.bias();
    int cap = rules == Rules.COMPAT ? MAX_EXPONENT + 1 : MAX_EXPONENT;
    this.highest = Math.min((1 << format.exponentWidth()) - 1, cap + bias);
  }

  private int field(float magnitude) {
    return clamp(Log2.ceil(magnitude + EPSILON) + bias, 0, highest);
  }

  @Override
  void encode(float[] x, int from, int to, int shared, int[] codes) {
    int largest = (1 << mantissaBits) - 1;
    int sign = 1 << (width - 1);
    for (int i = from; i < to; i++) {
      float a = Math.abs(x[i]);
      if (!(a > NEAR_ZERO)) {
        codes[i] = 0;
        continue;
      }
      int field = field(a);
      double steps = Math.rint(a * Powers.of(mantissaBits + bias - field));
      int mantissa = (int) Math.max(0, Math.min(largest, steps));
      int magnitude = mantissa == 0 ? 0 : field << mantissaBits | mantissa;
      codes[i] = x[i] < 0 && mantissa > 0 ? magnitude | sign : magnitude;
    }
  }

  @Override
  float reference(float x, int shared, float decoded) {
    if (Float.isNaN(x)) {
      return x;
    }
    // 2^128 is infinity, and its product with the mantissa of 0 that it leaves is NaN.
    boolean overflow = field(Math.abs(x)) - bias > MAX_EXPONENT;
    return mixed(x, overflow ? Float.NaN : decoded);
  }
}
