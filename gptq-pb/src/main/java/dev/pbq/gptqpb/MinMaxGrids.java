package dev.pbq.gptqpb;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;

/**
 * Uniform grids between two limits, zero always included: scale = (hi - lo)/N, zero =
 * round(-lo/scale), N = 2^bits - 1 (PB-LLM and GPTQ, {@code Quantizer.find_params} in both
 * reference programs, where the limits are the smallest and the largest weight). A symmetric grid
 * has the limits -m and m, m the larger magnitude, and the zero point 2^(bits - 1). Scales are
 * rounded to their stored type before zeros are taken from them.
 */
final class MinMaxGrids {
  /** Below this a binary16 is subnormal and rounding may change it by up to half. */
  private static final float SMALLEST_NORMAL_HALF = 0x1p-14f;

  private static final float SMALLEST_HALF = 0x1p-24f;

  /**
   * Adding it to a number below 2^22 leaves no bits for a fraction: rounds half to even. Larger
   * ones stay larger than any code.
   */
  private static final float ROUNDER = 0x1.8p23f;

  private final String layer;
  private final int bits;
  private final ScaleDtype dtype;
  private final boolean symmetric;
  private final float[] low;
  private final float[] scale;
  private final int[] zero;

  MinMaxGrids(String layer, int bits, ScaleDtype dtype, int count) {
    this(layer, bits, dtype, false, count);
  }

  MinMaxGrids(String layer, int bits, ScaleDtype dtype, boolean symmetric, int count) {
    this.layer = layer;
    this.bits = bits;
    this.dtype = dtype;
    this.symmetric = symmetric;
    this.low = new float[count];
    this.scale = new float[count];
    this.zero = new int[count];
  }

  /**
   * Sets grid {@code i} for weights between {@code min} and {@code max}.
   *
   * @throws PbqException NUMERICAL naming the layer if the scale is too large for its stored type
   */
  void fit(int i, float min, float max) {
    float lo = Math.min(0f, min);
    float hi = Math.max(0f, max);
    if (lo == 0 && hi == 0) {
      lo = -1;
      hi = 1;
    }
    if (symmetric) {
      hi = Math.max(hi, -lo);
      lo = -hi;
    }
    low[i] = lo;
    scale[i] = storedScale((hi - lo) / levels());
    zero[i] = symmetric ? (levels() + 1) / 2 : zeroFor(lo, scale[i]);
  }

  /**
   * Replaces grid {@code i}'s zero point by the one its lowest weight would have with the scale of
   * grid {@code other}, as PB-LLM's reference program does ({@code docs/methods/pb-llm.md}, table
   * of departures). It may lie outside the codes.
   */
  void takeZeroWithScaleOf(int i, int other) {
    zero[i] = (int) Math.rint(-low[i] / scale[other]);
  }

  /**
   * The zero point of the lowest weight, kept within the codes: a scale that was rounded down would
   * put it one beyond.
   */
  private int zeroFor(float lo, float storedScale) {
    return Math.min(levels(), (int) Math.rint(-lo / storedScale));
  }

  private int levels() {
    return (1 << bits) - 1;
  }

  private float storedScale(float exact) {
    float stored = dtype.round(exact);
    if (dtype == ScaleDtype.F16 && stored < SMALLEST_NORMAL_HALF && stored < exact) {
      // Among the coarse subnormals, round up, so that the grid still spans the weights.
      stored += SMALLEST_HALF;
    }
    if (stored == 0) {
      stored = dtype == ScaleDtype.F16 ? SMALLEST_HALF : Float.MIN_VALUE;
    }
    return dtype.requireStored(stored, exact, layer, "value");
  }

  /** The code of a weight on grid {@code i}. */
  int code(int i, float w) {
    double position = Math.rint(w / scale[i]) + zero[i];
    return (int) Math.max(0, Math.min(levels(), position));
  }

  /**
   * The codes of {@code w[from .. to)} on grid {@code i}, whose zero point is one of its codes.
   *
   * @param rounded room for as many numbers
   */
  void codes(int i, float[] w, int from, int to, float[] rounded, byte[] codes) {
    float s = scale[i];
    int n = to - from;
    for (int k = 0; k < n; k++) {
      rounded[k] = (w[from + k] / s + ROUNDER) - ROUNDER;
    }
    int least = -zero[i];
    int most = levels() - zero[i];
    for (int k = 0; k < n; k++) {
      codes[from + k] = (byte) (Math.max(least, Math.min(most, (int) rounded[k])) + zero[i]);
    }
  }

  /**
   * The squared error of {@code w[from .. to)} on grid {@code i}.
   *
   * @param cost factor on each weight's square, from {@code costFrom} on; null for 1
   */
  double squaredError(int i, float[] w, int from, int to, float[] cost, int costFrom) {
    // Four sums, so that one addition does not wait for the other.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int k = from;
    for (int at = costFrom; k + 4 <= to; k += 4, at += 4) {
      float e0 = error(i, w[k]);
      float e1 = error(i, w[k + 1]);
      float e2 = error(i, w[k + 2]);
      float e3 = error(i, w[k + 3]);
      if (cost == null) {
        a += e0 * e0;
        b += e1 * e1;
        c += e2 * e2;
        d += e3 * e3;
      } else {
        a += cost[at] * e0 * e0;
        b += cost[at + 1] * e1 * e1;
        c += cost[at + 2] * e2 * e2;
        d += cost[at + 3] * e3 * e3;
      }
    }
    for (; k < to; k++) {
      float e = error(i, w[k]);
      a += cost == null ? e * e : cost[costFrom + k - from] * e * e;
    }
    return (double) a + b + c + d;
  }

  private float error(int i, float w) {
    float nearest = (w / scale[i] + ROUNDER) - ROUNDER;
    return w - scale[i] * Math.max(-zero[i], Math.min(levels() - zero[i], nearest));
  }

  float value(int i, int code) {
    return scale[i] * (code - zero[i]);
  }

  /** The grids; shares this object's arrays. */
  AffineGrid toGrid() {
    return new AffineGrid(bits, scale, zero);
  }
}
