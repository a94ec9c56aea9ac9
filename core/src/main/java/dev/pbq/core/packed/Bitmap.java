package dev.pbq.core.packed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bits in an array of words; bit {@code i} is bit {@code i % 64} of word {@code i / 64}. */
final class Bitmap {
  private Bitmap() {}

  /** Words that {@code bits} &gt; 0 bits take. */
  static int words(int bits) {
    return ((bits - 1) >>> 6) + 1;
  }

  static boolean get(long[] bitmap, int i) {
    return ((bitmap[i >>> 6] >>> i) & 1) != 0;
  }

  /** Word {@code w} with the bits outside {@code from .. to - 1} set to 0. */
  static long word(long[] bitmap, int w, int from, int to) {
    long word = bitmap[w];
    if (w << 6 < from) {
      word &= -1L << from;
    }
    if (to - (w << 6) < 64) {
      word &= -1L >>> -to;
    }
    return word;
  }

  /** How many of the bits {@code from .. to - 1} are 1. */
  static int ones(long[] bitmap, int from, int to) {
    int ones = 0;
    for (int w = from >>> 6; w <= (to - 1) >>> 6; w++) {
      ones += Long.bitCount(word(bitmap, w, from, to));
    }
    return ones;
  }

  /** The first {@code bits} &gt; 0 bits 1, those beyond 0. */
  static long[] full(int bits) {
    long[] bitmap = new long[words(bits)];
    Arrays.fill(bitmap, -1L);
    bitmap[bitmap.length - 1] = -1L >>> -bits;
    return bitmap;
  }

  /** The first {@code bits} bits as a stream of width 1 ({@link BitPacking}). */
  static byte[] toBytes(long[] bitmap, int bits) {
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(bitmap);
    return Arrays.copyOf(bytes.array(), (int) BitPacking.bytes(bits, 1));
  }

  /** The inverse of {@link #toBytes} for {@code bits} &gt; 0. */
  static long[] ofBytes(byte[] bytes, int bits) {
    long[] bitmap = new long[words(bits)];
    ByteBuffer.wrap(Arrays.copyOf(bytes, bitmap.length * 8))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(bitmap);
    return bitmap;
  }

  /** The bits at the places where {@code members} has a 1, in order, as a stream of width 1. */
  static byte[] gather(long[] bitmap, long[] members) {
    int count = ones(members, 0, members.length << 6);
    // A word more than is used, as the loop looks ahead.
    long[] gathered = new long[(count >>> 6) + 2];
    int at = 0;
    for (int w = 0; w < members.length; w++) {
      long bits = compress(bitmap[w], members[w]);
      gathered[at >>> 6] |= bits << at;
      if ((at & 63) != 0) {
        gathered[(at >>> 6) + 1] |= bits >>> -at;
      }
      at += Long.bitCount(members[w]);
    }
    return toBytes(gathered, count);
  }

  /** The inverse of {@link #gather}: 0 wherever {@code members} has a 0. */
  static long[] scatter(byte[] stream, long[] members) {
    long[] gathered = new long[(stream.length >>> 3) + 2];
    ByteBuffer.wrap(Arrays.copyOf(stream, gathered.length * 8))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(gathered);
    long[] bitmap = new long[members.length];
    int at = 0;
    for (int w = 0; w < members.length; w++) {
      long bits = gathered[at >>> 6] >>> at;
      if ((at & 63) != 0) {
        bits |= gathered[(at >>> 6) + 1] << -at;
      }
      bitmap[w] = expand(bits, members[w]);
      at += Long.bitCount(members[w]);
    }
    return bitmap;
  }

  private static long compress(long bits, long members) {
    if (members == -1L) {
      return bits;
    }
    long compressed = 0;
    int k = 0;
    for (long m = members; m != 0; m &= m - 1) {
      compressed |= ((bits >>> Long.numberOfTrailingZeros(m)) & 1) << k++;
    }
    return compressed;
  }

  private static long expand(long bits, long members) {
    if (members == -1L) {
      return bits;
    }
    long expanded = 0;
    long rest = bits;
    for (long m = members; m != 0; m &= m - 1) {
      expanded |= (rest & 1) << Long.numberOfTrailingZeros(m);
      rest >>>= 1;
    }
    return expanded;
  }
}
