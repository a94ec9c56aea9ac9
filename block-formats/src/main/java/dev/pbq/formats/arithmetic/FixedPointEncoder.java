package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.FixedPoint;

/** The encoder of fixed point: q = clamp(rint(x 2^f)), in two's complement or unsigned. */
final class FixedPointEncoder extends Encoder {
  private final double scale;
  private final int min;
  private final int max;
  private final int mask;

  FixedPointEncoder(FixedPoint format) {
    int width = format.width();
    this.scale = Powers.of(format.fracWidth());
    this.min = format.signed() ? -(1 << (width - 1)) : 0;
    this.max = min + (1 << width) - 1;
    this.mask = (1 << width) - 1;
  }

  @Override
  void encode(float[] x, int from, int to, int shared, int[] codes) {
    for (int i = from; i < to; i++) {
      codes[i] = (int) Math.max(min, Math.min(max, Math.rint(x[i] * scale))) & mask;
    }
  }

  @Override
  float reference(float x, int shared, float decoded) {
    return Float.isNaN(x) ? x : decoded;
  }
}
