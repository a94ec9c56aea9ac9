package dev.pbq.core.packed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Streams of codes of {@code b} = 1..8 bits: code {@code i} takes bits {@code i * b .. i * b + b -
 * 1} of the stream, least significant bit first, and bit {@code k} of a stream is bit {@code k % 8}
 * of byte {@code k / 8}. Unused bits of the last byte are 0.
 *
 * <p>Eight codes make exactly {@code b} bytes, so both directions move eight codes at a time
 * between a word with one code in each byte and a word with the codes side by side: pairs of codes
 * are pushed together, then pairs of pairs, then the two halves.
 */
final class BitPacking {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private BitPacking() {}

  /** Bytes that {@code count} codes take. */
  static long bytes(long count, int bits) {
    return (count * bits + 7) >>> 3;
  }

  /**
   * Packs the codes of a matrix [rows, cols], each row from a whole byte on.
   *
   * @return [rows, bytes of a row]
   */
  static byte[] packRows(byte[] codes, int rows, int cols, int bits) {
    int rowBytes = (int) bytes(cols, bits);
    byte[] packed = new byte[Math.multiplyExact(rows, rowBytes)];
    RowTasks.forEach(
        rows,
        cols,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            // In order of rows: packing a row may scribble on the bytes of the task's next.
            pack(codes, r * cols, cols, bits, packed, r * rowBytes, end * rowBytes);
          }
        });
    return packed;
  }

  /**
   * Packs {@code codes[from .. from + count)}, each below 2^bits, into {@code out} from byte {@code
   * at} on.
   */
  static void pack(byte[] codes, int from, int count, int bits, byte[] out, int at) {
    pack(codes, from, count, bits, out, at, out.length);
  }

  /** The same, writing nothing at {@code limit} and beyond. */
  private static void pack(
      byte[] codes, int from, int count, int bits, byte[] out, int at, int limit) {
    Masks m = new Masks(bits);
    int full = count & ~7;
    int pos = at;
    int i = 0;
    for (; i < full && pos + 8 <= limit; i += 8, pos += bits) {
      // Writes past the group's own bytes; the next group, or the tail below, overwrites that.
      WORD.set(out, pos, m.gather((long) WORD.get(codes, from + i)));
    }
    for (; i < count; i += 8, pos += bits) {
      int codesHere = Math.min(8, count - i);
      long group = 0;
      for (int j = 0; j < codesHere; j++) {
        group |= (codes[from + i + j] & 0xffL) << (8 * j);
      }
      group = m.gather(group);
      int bytesHere = (int) bytes(codesHere, bits);
      for (int j = 0; j < bytesHere; j++) {
        out[pos + j] = (byte) (group >>> (8 * j));
      }
    }
  }

  /**
   * Unpacks codes {@code first .. first + count - 1} of the stream that starts at byte {@code at}
   * into {@code codes[to ..)}. The stream must hold that many.
   */
  static void unpack(byte[] packed, int at, int first, int count, int bits, byte[] codes, int to) {
    Masks m = new Masks(bits);
    int end = first + count;
    int i = first;
    int target = to - first;
    int head = Math.min(end, (first + 7) & ~7);
    if (i < head) {
      long group = m.spread(load(packed, at + (i >>> 3) * bits, bits)) >>> (8 * (i & 7));
      for (; i < head; i++, group >>>= 8) {
        codes[target + i] = (byte) group;
      }
    }
    int full = end & ~7;
    int pos = at + (i >>> 3) * bits;
    for (; i < full && pos + 8 <= packed.length; i += 8, pos += bits) {
      WORD.set(codes, target + i, m.spread((long) WORD.get(packed, pos)));
    }
    for (; i < end; pos += bits) {
      long group = m.spread(load(packed, pos, bits));
      for (int j = 0; j < 8 && i < end; j++, i++, group >>>= 8) {
        codes[target + i] = (byte) group;
      }
    }
  }

  /** Whether every code fits in {@code bits} bits. */
  static boolean fit(byte[] codes, int bits) {
    long over = 0;
    int i = 0;
    for (; i + 8 <= codes.length; i += 8) {
      over |= (long) WORD.get(codes, i);
    }
    long all = (0xffL >>> bits << bits) * 0x0101010101010101L;
    for (; i < codes.length; i++) {
      over |= codes[i] & 0xff;
    }
    return (over & all) == 0;
  }

  /** Whether the unused bits of the last byte of a stream are all 0. */
  static boolean paddingIsZero(byte[] packed, int at, long count, int bits) {
    int used = (int) (count * bits & 7);
    if (used == 0) {
      return true;
    }
    int last = at + (int) (bytes(count, bits) - 1);
    return (packed[last] & 0xff) >>> used == 0;
  }

  private static long load(byte[] packed, int pos, int bits) {
    long group = 0;
    int n = Math.min(bits, packed.length - pos);
    for (int j = 0; j < n; j++) {
      group |= (packed[pos + j] & 0xffL) << (8 * j);
    }
    return group;
  }

  /** What to keep of a word at each of the three steps. */
  private static final class Masks {
    private final int bits;
    private final long singles;
    private final long pairs;
    private final long quads;

    Masks(int bits) {
      this.bits = bits;
      singles = ((1L << bits) - 1) * 0x0001000100010001L;
      pairs = ((1L << (2 * bits)) - 1) * 0x0000000100000001L;
      quads = (1L << (4 * bits)) - 1;
    }

    /** One code in each byte to codes side by side in the low {@code 8 * bits} bits. */
    long gather(long x) {
      x = (x & singles) | ((x >>> (8 - bits)) & (singles << bits));
      x = (x & pairs) | ((x >>> (16 - 2 * bits)) & (pairs << (2 * bits)));
      return (x & quads) | ((x >>> (32 - 4 * bits)) & (quads << (4 * bits)));
    }

    /** The inverse of {@link #gather}; ignores the bits above the codes. */
    long spread(long x) {
      x = (x & quads) | ((x << (32 - 4 * bits)) & (quads << 32));
      x = (x & pairs) | ((x << (16 - 2 * bits)) & (pairs << 16));
      return (x & singles) | ((x << (8 - bits)) & (singles << 8));
    }
  }
}
