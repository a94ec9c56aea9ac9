package dev.pbq.formats.arithmetic;

import java.util.function.IntPredicate;

/**
 * ceil, floor and rint (half to even) of log2(a) rounded to float32, as the reference computes
 * them: numbers a few ulp away from a power of two count as that power where the rounding swallows
 * the difference. The limits between results are found once by bisection, so that a call is a
 * look-up.
 */
final class Log2 {
  /** Stands for the logarithm of 0; below every exponent and bias. */
  static final int OF_ZERO = -(1 << 20);

  /** Stands for the logarithm of infinity; above every exponent and bias. */
  static final int OF_INFINITY = 1 << 20;

  private static final int MIN = -149;
  private static final int MAX = 128;
  private static final int INFINITY_BITS = 0x7f800000;

  /** Entry {@code e - MIN}: the smallest a with floor(log2 a) &gt;= e. */
  private static final float[] FLOOR_FROM = new float[MAX - MIN + 2];

  /** The smallest a with ceil(log2 a) &gt;= e + 1, that is log2 a &gt; e. */
  private static final float[] ABOVE = new float[MAX - MIN + 2];

  /** The smallest a with rint(log2 a) &gt;= e. */
  private static final float[] RINT_FROM = new float[MAX - MIN + 2];

  static {
    for (int i = 0; i < FLOOR_FROM.length; i++) {
      int e = MIN + i;
      FLOOR_FROM[i] = smallest(bits -> rounded(bits) >= e);
      ABOVE[i] = smallest(bits -> rounded(bits) > e);
      RINT_FROM[i] = smallest(bits -> Math.rint(rounded(bits)) >= e);
    }
  }

  private Log2() {}

  private static float rounded(int bits) {
    return (float) (StrictMath.log(Float.intBitsToFloat(bits)) / StrictMath.log(2));
  }

  /** The logarithm grows with its argument, and positive floats with their bits. */
  private static float smallest(IntPredicate holds) {
    int low = 1;
    int high = INFINITY_BITS;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Float.intBitsToFloat(low);
  }

  /** floor(log2 a) of a number that is not negative; some large number for NaN. */
  static int floor(float a) {
    int e = binade(a);
    if (e <= OF_ZERO || e >= OF_INFINITY) {
      return e;
    }
    return a >= FLOOR_FROM[e + 1 - MIN] ? e + 1 : e;
  }

  /** ceil(log2 a), likewise. */
  static int ceil(float a) {
    int e = binade(a);
    if (e <= OF_ZERO || e >= OF_INFINITY) {
      return e;
    }
    return a >= ABOVE[e - MIN] ? e + 1 : e;
  }

  /** rint(log2 a), likewise. */
  static int rint(float a) {
    int e = binade(a);
    if (e <= OF_ZERO || e >= OF_INFINITY) {
      return e;
    }
    return a >= RINT_FROM[e + 1 - MIN] ? e + 1 : e;
  }

  /** The e with 2^e &lt;= a &lt; 2^(e+1). */
  private static int binade(float a) {
    int bits = Float.floatToRawIntBits(a);
    int field = bits >>> 23;
    if (field == 0) {
      return bits == 0 ? OF_ZERO : 31 - Integer.numberOfLeadingZeros(bits) + MIN;
    }
    return field == 255 ? OF_INFINITY : field - 127;
  }
}
