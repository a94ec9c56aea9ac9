package dev.pbq.core.packed;

import dev.pbq.core.parallel.Parallel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Single bits of the codes of all weights, as bitmaps. */
final class CodePlanes {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The lowest bit of each byte. */
  private static final long LOWEST = 0x0101010101010101L;

  /** Words of a bitmap that one task handles. */
  private static final int TASK = 1 << 10;

  private CodePlanes() {}

  /** The bitmap of bit {@code bit} of at least one code. */
  static long[] take(byte[] codes, int bit) {
    long[] plane = new long[Bitmap.words(codes.length)];
    forEachWord(
        plane.length,
        w -> {
          int from = w << 6;
          int count = Math.min(64, codes.length - from);
          long word = 0;
          int i = 0;
          for (; i + 8 <= count; i += 8) {
            long bits = ((long) WORD.get(codes, from + i) >>> bit) & LOWEST;
            // The product's top byte is the eight lowest bits side by side.
            word |= ((bits * 0x0102040810204080L) >>> 56) << i;
          }
          for (; i < count; i++) {
            word |= ((codes[from + i] >>> bit) & 1L) << i;
          }
          plane[w] = word;
        });
    return plane;
  }

  /** Sets bit {@code bit} of the codes whose places have a 1. */
  static void put(long[] plane, int bit, byte[] codes) {
    forEachWord(
        plane.length,
        w -> {
          int from = w << 6;
          int count = Math.min(64, codes.length - from);
          long word = plane[w];
          int i = 0;
          for (; i + 8 <= count; i += 8) {
            // Byte k keeps bit k of the eight, which then moves to be its lowest.
            long spread = (((word >>> i) & 0xff) * LOWEST) & 0x8040201008040201L;
            spread = ((spread + 0x7f7f7f7f7f7f7f7fL) >>> 7) & LOWEST;
            WORD.set(codes, from + i, (long) WORD.get(codes, from + i) | (spread << bit));
          }
          for (; i < count; i++) {
            codes[from + i] |= (byte) (((word >>> i) & 1) << bit);
          }
        });
  }

  private interface WordTask {
    void run(int word);
  }

  private static void forEachWord(int words, WordTask task) {
    Parallel.forEachRange(
        words,
        TASK,
        (from, to) -> {
          for (int w = from; w < to; w++) {
            task.run(w);
          }
        });
  }
}
