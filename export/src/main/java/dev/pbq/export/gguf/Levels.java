package dev.pbq.export.gguf;

import java.util.Arrays;

/**
 * A block's weights on a grid: weight j is {@code level[j] * scale + offset}.
 *
 * @param scale binary16
 * @param offset binary16; 0 but for {@code Q4_1}
 * @param level one for each weight
 */
record Levels(float scale, float offset, int[] level) {
  /** The value of weight {@code j}, as ggml computes it. */
  float value(int j) {
    return level[j] * scale + offset;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Levels l
        && l.scale == scale
        && l.offset == offset
        && Arrays.equals(l.level, level);
  }

  @Override
  public int hashCode() {
    return 31 * Float.hashCode(scale) + Arrays.hashCode(level);
  }

  @Override
  public String toString() {
    return "Levels[scale=" + scale + ", offset=" + offset + "]";
  }
}
