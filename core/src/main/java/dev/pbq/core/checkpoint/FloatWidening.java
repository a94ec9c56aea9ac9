package dev.pbq.core.checkpoint;

import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/** Bulk conversion of stored elements to float32. */
final class FloatWidening {
  /** Every binary16 value by its bit pattern: three times faster than computing it. */
  private static final float[] FROM_F16 = f16Table();

  /** Elements that are taken out of the buffer at a time: they stay in the first-level cache. */
  private static final int CHUNK = 1 << 12;

  private FloatWidening() {}

  /**
   * Widens (F64: rounds) {@code count} elements from the buffer's position on.
   *
   * @param from little-endian; its position does not matter afterwards
   */
  static void widen(DType dtype, ByteBuffer from, int count, float[] to, int offset) {
    switch (dtype) {
      case F32 -> from.asFloatBuffer().get(to, offset, count);
      case F16, BF16 -> {
        ShortBuffer source = from.asShortBuffer();
        short[] bits = new short[Math.min(count, CHUNK)];
        for (int done = 0; done < count; done += CHUNK) {
          int n = Math.min(count - done, CHUNK);
          source.get(bits, 0, n);
          if (dtype == DType.F16) {
            widenF16(bits, n, to, offset + done);
          } else {
            widenBf16(bits, n, to, offset + done);
          }
        }
      }
      case F64 -> {
        double[] values = new double[count];
        from.asDoubleBuffer().get(values);
        for (int i = 0; i < count; i++) {
          to[offset + i] = (float) values[i];
        }
      }
      default -> throw new IllegalArgumentException(dtype + " is not a floating type");
    }
  }

  private static void widenF16(short[] bits, int n, float[] to, int offset) {
    for (int i = 0; i < n; i++) {
      to[offset + i] = FROM_F16[bits[i] & 0xffff];
    }
  }

  private static void widenBf16(short[] bits, int n, float[] to, int offset) {
    for (int i = 0; i < n; i++) {
      to[offset + i] = Float.intBitsToFloat(bits[i] << 16);
    }
  }

  private static float[] f16Table() {
    float[] table = new float[1 << 16];
    for (int i = 0; i < table.length; i++) {
      table[i] = Half.toFloat((short) i);
    }
    return table;
  }
}
