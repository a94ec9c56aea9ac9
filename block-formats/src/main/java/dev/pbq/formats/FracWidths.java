package dev.pbq.formats;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.tensor.FloatMatrix;

/** Binary places of fixed point from the range of a tensor. */
final class FracWidths {
  private FracWidths() {}

  /** floor(log2((2^(bits-1) - 1) / max |w|)), kept within what fixed point may have. */
  static int of(int bits, FloatMatrix w) {
    float max = 0;
    for (float v : w.data()) {
      max = Math.max(max, Math.abs(v));
    }
    if (max == 0) {
      return bits - 1;
    }
    int places = Math.getExponent(((1 << (bits - 1)) - 1) / (double) max);
    return Math.max(-NumberFormat.MAX_FRAC_WIDTH, Math.min(NumberFormat.MAX_FRAC_WIDTH, places));
  }
}
