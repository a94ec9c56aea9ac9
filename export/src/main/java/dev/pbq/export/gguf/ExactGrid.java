package dev.pbq.export.gguf;

import dev.pbq.core.tensor.Half;
import java.util.Arrays;

/**
 * Finds the block of a type that holds given values to the last bit, if there is one. Only the
 * values are used, not the method that made them: the grid is found from the values alone.
 */
final class ExactGrid {
  private ExactGrid() {}

  /**
   * The levels of a block.
   *
   * @param x values, {@code type.blockSize()} of them from {@code from} on
   * @return null if the type cannot hold them exactly
   */
  static Levels of(GgufType type, float[] x, int from) {
    return switch (type) {
      case Q1_0 -> symmetric(x, from, type.blockSize(), -1, 1, false);
      case TQ2_0 -> symmetric(x, from, type.blockSize(), -1, 1, true);
      case Q2_0 -> symmetric(x, from, type.blockSize(), -1, 2, true);
      case Q4_0 -> symmetric(x, from, type.blockSize(), -8, 7, true);
      // -128 is left alone: some kernels take the absolute value of a level in eight bits.
      case Q8_0 -> symmetric(x, from, type.blockSize(), -127, 127, true);
      case Q4_1 -> affine(x, from, type.blockSize());
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no grid");
    };
  }

  private static Levels symmetric(
      float[] x, int from, int count, int lowest, int highest, boolean zero) {
    float largest = 0;
    for (int j = 0; j < count; j++) {
      if (Math.abs(x[from + j]) > Math.abs(largest)) {
        largest = x[from + j];
      }
    }
    int[] level = new int[count];
    if (largest == 0) {
      // All zero: with a scale of zero any level will do.
      Arrays.fill(level, zero ? 0 : 1);
      return new Levels(0, 0, level);
    }
    for (int k = 1; k <= Math.max(-lowest, highest); k++) {
      // The largest value has level k of a positive scale or of a negative one.
      for (int top = k; top >= -k; top -= 2 * k) {
        float scale = largest / top;
        if (top >= lowest
            && top <= highest
            && isHalf(scale)
            && scale * top == largest
            && fill(x, from, scale, lowest, highest, zero, level)) {
          return new Levels(scale, 0, level);
        }
      }
    }
    return null;
  }

  private static boolean fill(
      float[] x, int from, float scale, int lowest, int highest, boolean zero, int[] level) {
    for (int j = 0; j < level.length; j++) {
      float value = x[from + j];
      int q = Math.round(value / scale);
      if (q < lowest || q > highest || q * scale != value || (q == 0 && !zero)) {
        return false;
      }
      level[j] = q;
    }
    return true;
  }

  /** Values {@code q * scale + smallest} with q in 0..15. */
  private static Levels affine(float[] x, int from, int count) {
    float smallest = x[from];
    float largest = x[from];
    for (int j = 1; j < count; j++) {
      smallest = Math.min(smallest, x[from + j]);
      largest = Math.max(largest, x[from + j]);
    }
    if (!isHalf(smallest)) {
      return null;
    }
    int[] level = new int[count];
    if (smallest == largest) {
      return new Levels(0, smallest, level);
    }
    double range = (double) largest - smallest;
    for (int top = 1; top <= 15; top++) {
      float scale = (float) (range / top);
      if (isHalf(scale) && fillAffine(x, from, scale, smallest, level)) {
        return new Levels(scale, smallest, level);
      }
    }
    return null;
  }

  private static boolean fillAffine(float[] x, int from, float scale, float smallest, int[] level) {
    for (int j = 0; j < level.length; j++) {
      double value = x[from + j];
      long q = Math.round((value - smallest) / scale);
      // In double the sum is exact: so it is the same with and without a fused multiply-add.
      if (q < 0 || q > 15 || (double) q * scale + smallest != value) {
        return false;
      }
      level[j] = (int) q;
    }
    return true;
  }

  private static boolean isHalf(float value) {
    return Half.round(value) == value;
  }
}
