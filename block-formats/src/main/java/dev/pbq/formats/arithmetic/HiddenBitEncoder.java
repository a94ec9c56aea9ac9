package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.MiniFloat;

/**
 * Minifloats with hidden bit and subnormals, of a fixed bias or one that each block shares. The
 * exponent comes before the rounding, so that a mantissa that would round up to 2 saturates.
 */
final class HiddenBitEncoder extends Encoder {
  /** Of the smallest power of two in float32. */
  private static final int SMALLEST_EXPONENT = -149;

  private final int width;
  private final int mantissaBits;
  private final int fields;
  private final boolean perBlock;
  private final int bias;
  private final int largestBias;
  private final Rules rules;

  HiddenBitEncoder(MiniFloat format, Rules rules) {
    this(format.width(), format.exponentWidth(), false, format.bias(), 0, rules);
  }

  HiddenBitEncoder(BlockMiniFloat format, Rules rules) {
    this(format.width(), format.exponentWidth(), true, 0, format.biasWidth(), rules);
  }

  private HiddenBitEncoder(
      int width, int exponentWidth, boolean perBlock, int bias, int biasWidth, Rules rules) {
    this.width = width;
    this.mantissaBits = width - exponentWidth - 1;
    this.fields = (1 << exponentWidth) - 1;
    this.perBlock = perBlock;
    this.bias = bias;
    this.largestBias = (1 << biasWidth) - 1;
    this.rules = rules;
  }

  @Override
  int shared(float max) {
    if (!perBlock) {
      return 0;
    }
    int exponent = Log2.floor(max);
    // The reference's bias makes the range of a block smaller the larger its numbers are.
    return clamp(rules == Rules.COMPAT ? exponent : fields - exponent, 0, largestBias);
  }

  @Override
  void encode(float[] x, int from, int to, int shared, int[] codes) {
    int b = perBlock ? shared : bias;
    int highest = Math.min(fields, (rules == Rules.COMPAT ? MAX_EXPONENT + 1 : MAX_EXPONENT) + b);
    int hidden = 1 << mantissaBits;
    int sign = 1 << (width - 1);
    for (int i = from; i < to; i++) {
      float a = Math.abs(x[i]);
      if (!(a > NEAR_ZERO)) {
        codes[i] = 0;
        continue;
      }
      int field = clamp(Log2.floor(a + EPSILON) + b, 0, highest);
      // Field 0 has the spacing of field 1.
      double steps = a * Powers.of(mantissaBits + b - Math.max(field, 1));
      double above = field == 0 ? steps : steps - hidden;
      int mantissa = (int) Math.max(0, Math.min(hidden - 1, Math.rint(above)));
      int magnitude = field << mantissaBits | mantissa;
      codes[i] = x[i] < 0 && magnitude > 0 ? magnitude | sign : magnitude;
    }
  }

  @Override
  float reference(float x, int shared, float decoded) {
    if (Float.isNaN(x)) {
      return x;
    }
    if (perBlock && fields - shared < SMALLEST_EXPONENT) {
      // An infinite maximum makes the bias so large that all powers are 0, and 0 divided by 0 NaN.
      return mixed(x, x == 0 ? Float.NaN : 0);
    }
    return mixed(x, decoded);
  }
}
