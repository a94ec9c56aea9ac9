package dev.pbq.export.gguf;

import dev.pbq.core.tensor.Half;

/**
 * Rounds values to a type's grid with the arithmetic of ggml's reference functions ({@code
 * quantize_row_*_ref}), operation by operation in float32, so that the blocks are theirs.
 */
final class NearestGrid {
  private NearestGrid() {}

  /**
   * The levels of a block.
   *
   * @param x finite values, {@code type.blockSize()} of them from {@code from} on
   * @return levels with scale and offset as stored; the scale is infinite where binary16 cannot
   *     hold it
   */
  static Levels of(GgufType type, float[] x, int from) {
    return switch (type) {
      case Q1_0 -> signs(x, from);
      case TQ2_0 -> byLargest(x, from, type.blockSize(), 1, -1, 1);
      case Q2_0 -> byLargest(x, from, type.blockSize(), 1, -1, 2);
      case Q8_0 -> byLargest(x, from, type.blockSize(), 127, -127, 127);
      case Q4_0 -> q40(x, from);
      case Q4_1 -> q41(x, from);
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no grid");
    };
  }

  private static Levels signs(float[] x, int from) {
    int count = GgufType.Q1_0.blockSize();
    float sum = 0;
    int[] level = new int[count];
    for (int j = 0; j < count; j++) {
      sum += Math.abs(x[from + j]);
      level[j] = x[from + j] >= 0 ? 1 : -1;
    }
    return new Levels(Half.round(sum / count), 0, level);
  }

  /** The largest magnitude gets level {@code top}. */
  private static Levels byLargest(
      float[] x, int from, int count, int top, int lowest, int highest) {
    float largest = 0;
    for (int j = 0; j < count; j++) {
      largest = Math.max(largest, Math.abs(x[from + j]));
    }
    float scale = largest / top;
    float inverse = scale == 0 ? 0 : 1 / scale;
    int[] level = new int[count];
    for (int j = 0; j < count; j++) {
      level[j] = Math.max(lowest, Math.min(highest, roundAway(x[from + j] * inverse)));
    }
    return new Levels(Half.round(scale), 0, level);
  }

  /** C's {@code roundf}: halves away from zero. */
  private static int roundAway(float value) {
    int magnitude = (int) Math.floor(Math.abs((double) value) + 0.5);
    return value < 0 ? -magnitude : magnitude;
  }

  private static Levels q40(float[] x, int from) {
    int count = GgufType.Q4_0.blockSize();
    float largest = 0;
    for (int j = 0; j < count; j++) {
      if (Math.abs(x[from + j]) > Math.abs(largest)) {
        largest = x[from + j];
      }
    }
    float scale = largest / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    int[] level = new int[count];
    for (int j = 0; j < count; j++) {
      level[j] = Math.min(15, (int) (x[from + j] * inverse + 8.5f)) - 8;
    }
    return new Levels(Half.round(scale), 0, level);
  }

  private static Levels q41(float[] x, int from) {
    int count = GgufType.Q4_1.blockSize();
    float smallest = Float.MAX_VALUE;
    float largest = -Float.MAX_VALUE;
    for (int j = 0; j < count; j++) {
      smallest = Math.min(smallest, x[from + j]);
      largest = Math.max(largest, x[from + j]);
    }
    float scale = (largest - smallest) / 15;
    float inverse = scale == 0 ? 0 : 1 / scale;
    int[] level = new int[count];
    for (int j = 0; j < count; j++) {
      level[j] = Math.min(15, (int) ((x[from + j] - smallest) * inverse + 0.5f));
    }
    return new Levels(Half.round(scale), Half.round(smallest), level);
  }
}
