package dev.pbq.core.tensor;

/** IEEE 754 binary16 and bfloat16, as bit patterns in a {@code short}; rounding is half to even. */
public final class Half {
  private Half() {}

  /** Widens a binary16 bit pattern exactly (subnormals, infinities and NaN included). */
  public static float toFloat(short bits) {
    int h = bits & 0xffff;
    int sign = (h & 0x8000) << 16;
    int exponent = (h >>> 10) & 0x1f;
    int mantissa = h & 0x3ff;
    if (exponent == 0) {
      // Zero or subnormal: mantissa * 2^-24, exact in float32.
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    if (exponent == 31) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << 13));
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }

  /** Rounds to binary16, half to even; overflow gives infinity, NaN stays NaN. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff));
    }
    if (magnitude >= 0x477ff000) {
      // 65520 and above round to infinity.
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // Below 2^-14: a multiple of 2^-24. Scaling by a power of two is exact, rint is half to even.
      return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24f));
    }
    int rebiased = magnitude - 0x38000000;
    int rounded = rebiased + 0xfff + ((rebiased >>> 13) & 1);
    return (short) (sign | (rounded >>> 13));
  }

  /** Whether a value is exactly a normal number of binary16, as most stored ones are. */
  public static boolean isNormal(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7fffffff;
    return magnitude >= 0x38800000 && magnitude < 0x47800000 && (bits & 0x1fff) == 0;
  }

  /** The nearest float32 that binary16 can represent. */
  public static float round(float value) {
    return toFloat(fromFloat(value));
  }

  /** Widens a bfloat16 bit pattern exactly. */
  public static float bfloatToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Rounds to bfloat16, half to even; NaN stays NaN. */
  public static short bfloatFromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
