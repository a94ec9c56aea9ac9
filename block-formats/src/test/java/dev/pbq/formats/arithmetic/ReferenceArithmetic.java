package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;

/**
 * The reference program's arithmetic, operation by operation in float32, on one matrix: tensors are
 * padded, blocks cut out, quantized and put back.
 */
final class ReferenceArithmetic {
  private static final float EPS = 1e-9f;

  private ReferenceArithmetic() {}

  static float[] quantize(NumberFormat format, float[] x, int rows, int cols, int br, int bc) {
    int down = (rows + br - 1) / br;
    int across = (cols + bc - 1) / bc;
    float[][] blocks = new float[down * across][br * bc];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        blocks[r / br * across + c / bc][r % br * bc + c % bc] = x[r * cols + c];
      }
    }
    float[] max = maxima(blocks);
    float[] y = new float[x.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        y[r * cols + c] = element(format, x[r * cols + c], max[r / br * across + c / bc]);
      }
    }
    return y;
  }

  private static float[] maxima(float[][] blocks) {
    float[] max = new float[blocks.length];
    boolean allZero = true;
    for (int b = 0; b < blocks.length; b++) {
      for (float v : blocks[b]) {
        max[b] = Math.max(max[b], Math.abs(v));
      }
      allZero &= max[b] == 0;
    }
    float smallest = Float.POSITIVE_INFINITY;
    for (float m : max) {
      smallest = m == 0 ? smallest : Math.min(smallest, m);
    }
    for (int b = 0; b < max.length; b++) {
      max[b] = max[b] == 0 ? (allZero ? 1 : smallest) : max[b];
    }
    return max;
  }

  private static float element(NumberFormat format, float x, float max) {
    if (format instanceof FixedPoint f) {
      float scale = power(f.fracWidth());
      int min = f.signed() ? -(1 << (f.width() - 1)) : 0;
      return clamp(rint(x * scale), min, min + (1 << f.width()) - 1) / scale;
    } else if (format instanceof Logarithm f) {
      double smallest = Math.pow(2, -f.bias());
      return logarithm(f.width(), f.bias(), (float) (smallest * 0.1), x);
    } else if (format instanceof BlockLogarithm f) {
      float bias =
          clamp(
              (1 << (f.width() - 1)) - 1 - (float) Math.ceil(log2(max)),
              0,
              (1 << f.biasWidth()) - 1);
      return logarithm(f.width(), bias, power(-bias) * 0.1f, x);
    } else if (format instanceof MiniFloat f) {
      return hiddenBit(f.width(), f.exponentWidth(), f.bias(), x);
    } else if (format instanceof BlockMiniFloat f) {
      float bias = clamp((float) Math.floor(log2(max)), 0, (1 << f.biasWidth()) - 1);
      return hiddenBit(f.width(), f.exponentWidth(), bias, x);
    } else if (format instanceof DenormFloat f) {
      int mb = f.width() - f.exponentWidth() - 1;
      float value = Math.abs(x);
      float e = (float) Math.ceil(log2(value + EPS));
      e = clamp(e, -f.bias(), (1 << f.exponentWidth()) - 1 - f.bias());
      float m = clamp(rint(value / power(e) * (1 << mb)), 0, (1 << mb) - 1) / (1 << mb);
      return mix(x, sign(x + EPS) * power(e) * m);
    } else {
      BlockFloat f = (BlockFloat) format;
      int mb = f.width() - 1;
      float e = (float) Math.ceil(log2(max));
      e = clamp(e, -f.bias(), (1 << f.exponentWidth()) - 1 - f.bias());
      float value = Math.abs(x) + EPS;
      float m = clamp(rint(value / power(e) * (1 << mb)), 0, (1 << mb) - 1) / (1 << mb);
      return mix(x, sign(x + EPS) * power(e) * m);
    }
  }

  private static float logarithm(int width, float bias, float t, float x) {
    float e = rint(log2(Math.abs(x) + t));
    e = clamp(e, -bias, (1 << (width - 1)) - 1 - bias);
    return sign(x + t) * power(e);
  }

  private static float hiddenBit(int width, int exponentWidth, float bias, float x) {
    int mb = width - exponentWidth - 1;
    float scale = 1 << mb;
    float value = Math.abs(x);
    float e = (float) Math.floor(log2(value + EPS));
    e = clamp(e, -bias, (1 << exponentWidth) - 1 - bias);
    float m = value / power(e);
    float mantissa =
        e != -bias
            ? 1 + clamp(rint(m * scale - scale), 0, scale - 1) / scale
            : clamp(rint(m * scale / 2), 0, scale - 1) / scale * 2;
    return mix(x, sign(x + EPS) * power(e) * mantissa);
  }

  private static float mix(float x, float q) {
    float near = Math.abs(x) <= 1e-8f ? 1 : 0;
    return (1 - near) * q + near * x;
  }

  private static float log2(float a) {
    return (float) (Math.log(a) / Math.log(2));
  }

  private static float power(float e) {
    return (float) Math.pow(2, e);
  }

  private static float rint(float a) {
    return (float) Math.rint(a);
  }

  private static float sign(float a) {
    return Math.signum(a);
  }

  /** NaN stays NaN, as in torch. */
  private static float clamp(float a, float min, float max) {
    return Float.isNaN(a) ? a : Math.max(min, Math.min(max, a));
  }
}
