package dev.pbq.export.gguf;

import dev.pbq.core.tensor.Half;
import java.util.Arrays;

/** The bytes of a block; layouts as in ggml's {@code block_*} structures. */
final class BlockLayout {
  private BlockLayout() {}

  /** Writes a block of {@code type.blockBytes()} bytes. */
  static void put(GgufType type, Levels levels, byte[] out, int at) {
    int[] level = levels.level();
    Arrays.fill(out, at, at + type.blockBytes(), (byte) 0);
    switch (type) {
      case Q1_0 -> {
        putHalf(levels.scale(), out, at);
        for (int j = 0; j < level.length; j++) {
          out[at + 2 + j / 8] |= (byte) ((level[j] > 0 ? 1 : 0) << (j % 8));
        }
      }
      case Q2_0 -> {
        putHalf(levels.scale(), out, at);
        for (int j = 0; j < level.length; j++) {
          out[at + 2 + j / 4] |= (byte) ((level[j] + 1) << (2 * (j % 4)));
        }
      }
      case TQ2_0 -> {
        // Two halves of 128 weights; byte m of a half has weights m, m + 32, m + 64, m + 96.
        for (int j = 0; j < level.length; j++) {
          int m = j / 128 * 32 + j % 32;
          out[at + m] |= (byte) ((level[j] + 1) << (2 * (j % 128 / 32)));
        }
        putHalf(levels.scale(), out, at + 64);
      }
      case Q4_0 -> {
        putHalf(levels.scale(), out, at);
        putNibbles(level, 8, out, at + 2);
      }
      case Q4_1 -> {
        putHalf(levels.scale(), out, at);
        putHalf(levels.offset(), out, at + 2);
        putNibbles(level, 0, out, at + 4);
      }
      case Q8_0 -> {
        putHalf(levels.scale(), out, at);
        for (int j = 0; j < level.length; j++) {
          out[at + 2 + j] = (byte) level[j];
        }
      }
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no blocks");
    }
  }

  private static void putNibbles(int[] level, int bias, byte[] out, int at) {
    int half = level.length / 2;
    for (int j = 0; j < half; j++) {
      out[at + j] = (byte) ((level[j] + bias) | (level[j + half] + bias) << 4);
    }
  }

  private static void putHalf(float value, byte[] out, int at) {
    short bits = Half.fromFloat(value);
    out[at] = (byte) bits;
    out[at + 1] = (byte) (bits >>> 8);
  }
}
