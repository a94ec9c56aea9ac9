package dev.pbq.kernels.lanes;

/** Functions of float32 that are built on the exponential function. */
public final class Exponential {
  /** From here down the result is 0. */
  public static final float LOWEST = -87f;

  /** Above this the result is infinity. */
  public static final float HIGHEST = 88.7f;

  /** log2 e. */
  public static final float LOG2_E = (float) 1.442695041;

  /** ln 2, its first bits: products with small integers are exact. */
  public static final float LN2_HIGH = (float) 0.693359375;

  /** ln 2 less {@link #LN2_HIGH}. */
  public static final float LN2_LOW = -(float) 2.12194440e-4;

  /** 1.5 * 2^23: added and taken away again, it rounds to an integer. */
  public static final float ROUND = 12582912f;

  /** The polynomial's coefficients, that of the highest power first. */
  public static final float P0 = (float) 1.9875691500e-4;

  /** See {@link #P0}. */
  public static final float P1 = (float) 1.3981999507e-3;

  /** See {@link #P0}. */
  public static final float P2 = (float) 8.3334519073e-3;

  /** See {@link #P0}. */
  public static final float P3 = (float) 4.1665795894e-2;

  /** See {@link #P0}. */
  public static final float P4 = (float) 1.6666665459e-1;

  /** See {@link #P0}. */
  public static final float P5 = (float) 5.0000001201e-1;

  private Exponential() {}

  /**
   * e^x, off by less than 3 units in the last place: 2^n e^r with |r| at most ln(2) / 2, by the
   * polynomial of Cephes' {@code expf} (Moshier, 1989). 0 below -87, infinity above 88.7.
   */
  public static float exp(float x) {
    if (!(x > LOWEST)) {
      return x <= LOWEST ? 0 : Float.NaN;
    }
    if (x > HIGHEST) {
      return Float.POSITIVE_INFINITY;
    }
    float n = (x * LOG2_E + ROUND) - ROUND;
    float r = x - n * LN2_HIGH - n * LN2_LOW;
    float p = P0;
    p = p * r + P1;
    p = p * r + P2;
    p = p * r + P3;
    p = p * r + P4;
    p = p * r + P5;
    float y = p * r * r + r + 1;
    // In two steps: n may be 128, for which there is no float32 power of two.
    int half = (int) n >> 1;
    return y * power(half) * power((int) n - half);
  }

  private static float power(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }

  /** 1 / (1 + e^-x). */
  public static float sigmoid(float x) {
    return 1 / (1 + exp(-x));
  }

  /** The hyperbolic tangent: its power series near 0. */
  public static float tanh(float x) {
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
  public static float softplus(float x) {
    return (float) (x > 20 ? x : Math.log1p(Math.exp(x)));
  }
}
