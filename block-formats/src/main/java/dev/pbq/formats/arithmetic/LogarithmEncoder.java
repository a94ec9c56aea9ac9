package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.Logarithm;

/**
 * The nearest power of two, by its exponent: e = clamp(rint(log2(|x| + t))), t a tenth of the
 * smallest power. There is no zero: 0 becomes that power, and so do negative numbers above -t.
 */
final class LogarithmEncoder extends Encoder {
  private final int exponentBits;
  private final int largestBias;
  private final boolean perBlock;
  private final int bias;
  private final int cap;

  LogarithmEncoder(Logarithm format, Rules rules) {
    this(format.width(), false, format.bias(), 0, rules);
  }

  LogarithmEncoder(BlockLogarithm format, Rules rules) {
    this(format.width(), true, 0, format.biasWidth(), rules);
  }

  private LogarithmEncoder(int width, boolean perBlock, int bias, int biasWidth, Rules rules) {
    this.exponentBits = width - 1;
    this.perBlock = perBlock;
    this.bias = bias;
    this.largestBias = (1 << biasWidth) - 1;
    this.cap = rules == Rules.COMPAT ? MAX_EXPONENT + 1 : MAX_EXPONENT;
  }

  @Override
  int shared(float max) {
    return perBlock ? clamp((1 << exponentBits) - 1 - Log2.ceil(max), 0, largestBias) : 0;
  }

  private int bias(int shared) {
    return perBlock ? shared : bias;
  }

  /** A tenth of 2^-bias; the reference rounds 2^-bias to float32 first where it is a tensor. */
  private float tenth(int shared) {
    double smallest = Powers.of(-bias(shared));
    return perBlock ? (float) smallest * 0.1f : (float) (smallest * 0.1);
  }

  @Override
  void encode(float[] x, int from, int to, int shared, int[] codes) {
    int b = bias(shared);
    float t = tenth(shared);
    int largest = Math.min((1 << exponentBits) - 1, cap + b);
    for (int i = from; i < to; i++) {
      float v = Math.abs(x[i]) + t;
      int field = clamp(Log2.rint(v) + b, 0, largest);
      codes[i] = x[i] + t < 0 ? field | 1 << exponentBits : field;
    }
  }

  @Override
  float reference(float x, int shared, float decoded) {
    float sum = x + tenth(shared);
    return sum == 0 ? 0 : Float.isNaN(x) ? x : decoded;
  }
}
