package dev.pbq.core.packed;

/** How the codes of {@link NumberFormat}s with exponents decode. */
final class FloatCodes {
  private FloatCodes() {}

  /** Sign and exponent field. */
  static float power(int code, int width, int bias) {
    int field = code & ((1 << (width - 1)) - 1);
    return signed(code, width, Math.scalb(1.0, field - bias));
  }

  /** A mantissa without hidden bit in the low bits; the exponent is given. */
  static float plain(int code, int width, int mantissaBits, int exponent) {
    int mantissa = code & ((1 << mantissaBits) - 1);
    return signed(code, width, Math.scalb((double) mantissa, exponent - mantissaBits));
  }

  /** Sign, exponent field, mantissa with hidden bit; field 0 holds the subnormals. */
  static float hiddenBit(int code, int width, int exponentWidth, int bias) {
    int mantissaBits = width - exponentWidth - 1;
    int field = (code >>> mantissaBits) & ((1 << exponentWidth) - 1);
    int mantissa = code & ((1 << mantissaBits) - 1);
    int significand = field == 0 ? mantissa : (1 << mantissaBits) + mantissa;
    int exponent = Math.max(field, 1) - bias - mantissaBits;
    return signed(code, width, Math.scalb((double) significand, exponent));
  }

  private static float signed(int code, int width, double magnitude) {
    return (float) (code >>> (width - 1) == 0 ? magnitude : -magnitude);
  }
}
