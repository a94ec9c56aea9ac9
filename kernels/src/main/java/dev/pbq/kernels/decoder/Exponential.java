package dev.pbq.kernels.decoder;

/** Functions of float32 that are built on the exponential function. */
final class Exponential {
  private static final float LOG2_E = (float) 1.442695041;
  // ln 2 in two parts; the first has few bits, so that its products with small integers are exact.
  private static final float LN2_HIGH = (float) 0.693359375;
  private static final float LN2_LOW = -(float) 2.12194440e-4;
  private static final float ROUND = 12582912f;

  private Exponential() {}

  /**
   * e^x, off by less than 3 units in the last place: 2^n e^r with |r| at most ln(2) / 2, by the
   * polynomial of Cephes' {@code expf} (Moshier, 1989). 0 below -87, infinity above 88.7.
   */
  static float exp(float x) {
    if (!(x > -87f)) {
      return x <= -87f ? 0 : Float.NaN;
    }
    if (x > 88.7f) {
      return Float.POSITIVE_INFINITY;
    }
    float n = (x * LOG2_E + ROUND) - ROUND;
    float r = x - n * LN2_HIGH - n * LN2_LOW;
    float p = (float) 1.9875691500e-4;
    p = p * r + (float) 1.3981999507e-3;
    p = p * r + (float) 8.3334519073e-3;
    p = p * r + (float) 4.1665795894e-2;
    p = p * r + (float) 1.6666665459e-1;
    p = p * r + (float) 5.0000001201e-1;
    float y = p * r * r + r + 1;
    // In two steps: n may be 128, for which there is no float32 power of two.
    int half = (int) n >> 1;
    return y * power(half) * power((int) n - half);
  }

  private static float power(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }

  /** 1 / (1 + e^-x). */
  static float sigmoid(float x) {
    return 1 / (1 + exp(-x));
  }

  /** The hyperbolic tangent: its power series near 0. */
  static float tanh(float x) {
    float a = Math.abs(x);
    if (a < 0.3f) {
      float s = x * x;
      float p = (float) 0.0218694885;
      p = p * s - (float) 0.0539682540;
      p = p * s + (float) 0.1333333333;
      p = p * s - (float) 0.3333333333;
      return x + x * s * p;
    }
    return Math.copySign(1 - 2 / (exp(2 * a) + 1), x);
  }

  /** ln(1 + e^x). */
  static float softplus(float x) {
    return (float) (x > 20 ? x : Math.log1p(Math.exp(x)));
  }
}
