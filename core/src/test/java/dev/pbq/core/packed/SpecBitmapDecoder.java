package dev.pbq.core.packed;

import java.util.function.IntPredicate;

/**
 * The pseudo-code of {@code docs/format.md}, section "Range-coded masks", line by line: slow,
 * sequential and independent of {@link BitmapCodec}.
 */
final class SpecBitmapDecoder {
  private final byte[] part;
  private final IntPredicate member;
  private int pos;

  private SpecBitmapDecoder(byte[] part, IntPredicate member) {
    this.part = part;
    this.member = member;
  }

  /** Decodes a part; {@code member} tells of a place whether its bit is stored. */
  static boolean[] decode(byte[] part, IntPredicate member, int rows, int cols) {
    return new SpecBitmapDecoder(part, member).decode(rows, cols);
  }

  private boolean[] decode(int rows, int cols) {
    int rowBits = u8();
    int colBits = u8();
    int[] rowClass = classes(rows, rowBits);
    int[] colClass = classes(cols, colBits);
    int[] probability = new int[1 << (rowBits + colBits)];
    for (int i = 0; i < probability.length; i++) {
      probability[i] = u8() + 256 * u8();
    }
    int weights = rows * cols;
    int chunks = (weights + 262143) / 262144;
    int[] length = new int[chunks];
    for (int k = 0; k < chunks; k++) {
      length[k] = u8() + 256 * (u8() + 256 * (u8() + 256 * u8()));
    }
    boolean[] mask = new boolean[weights];
    for (int k = 0; k < chunks; k++) {
      int end = pos + length[k];
      long range = 1L << 48;
      long code = 0;
      for (int unit = 0; unit < 3; unit++) {
        code = code * 65536 + unit(end);
      }
      for (int i = k * 262144; i < Math.min(weights, (k + 1) * 262144); i++) {
        int p = probability[rowClass[i / cols] * (1 << colBits) + colClass[i % cols]];
        if (!member.test(i)) {
          p = 0;
        }
        long ones = range / 32768 * p;
        if (code < ones) {
          mask[i] = true;
          range = ones;
        } else {
          code -= ones;
          range -= ones;
        }
        if (range < 1L << 32) {
          range *= 65536;
          code = code * 65536 + unit(end);
        }
      }
      if (pos != end + 4) {
        throw new IllegalStateException("chunk " + k);
      }
      pos = end;
    }
    if (pos != part.length) {
      throw new IllegalStateException("bytes after the last chunk");
    }
    return mask;
  }

  private int[] classes(int count, int bits) {
    int[] classes = new int[count];
    for (int k = 0; k < count * bits; k++) {
      int bit = (part[pos + k / 8] >> (k % 8)) & 1;
      classes[k / bits] |= bit << (k % bits);
    }
    pos += (count * bits + 7) / 8;
    return classes;
  }

  private int unit(int end) {
    if (pos >= end) {
      pos += 2;
      return 0;
    }
    return u8() + 256 * u8();
  }

  private int u8() {
    return part[pos++] & 0xff;
  }
}
