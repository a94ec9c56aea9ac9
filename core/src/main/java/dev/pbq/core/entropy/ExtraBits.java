package dev.pbq.core.entropy;

import java.util.Arrays;

/**
 * What symbols leave out, as plain bits from the lowest of each byte on: numbers of fixed width and
 * numbers from 1 on in Elias' gamma code (zeros, as many as bits follow the first; a one; the
 * bits).
 */
final class ExtraBits {
  /** The most bits that follow the first of a number. */
  private static final int MAX_LENGTH = 30;

  private byte[] bytes;
  private final long end;
  private long pos;

  private ExtraBits(byte[] bytes, long pos, long end) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  static ExtraBits writer() {
    return new ExtraBits(new byte[64], 0, 0);
  }

  /** Reads bytes {@code from .. to - 1}; beyond them are ones, so that no number is endless. */
  static ExtraBits reader(byte[] bytes, int from, int to) {
    return new ExtraBits(bytes, 8L * from, 8L * to);
  }

  void put(int number, int width) {
    for (int i = 0; i < width; i++, pos++) {
      int at = (int) (pos >>> 3);
      if (at == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * at);
      }
      bytes[at] |= (byte) (((number >>> i) & 1) << (pos & 7));
    }
  }

  void putGamma(int number) {
    int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(number);
    put(0, length);
    put(1, 1);
    put(number, length);
  }

  int get(int width) {
    int number = 0;
    for (int i = 0; i < width; i++, pos++) {
      int bit = pos < end ? (bytes[(int) (pos >>> 3)] >>> (pos & 7)) & 1 : 1;
      number |= bit << i;
    }
    return number;
  }

  /** A number from 1 on; 0 if it has more bits than any that is written. */
  int getGamma() {
    int length = 0;
    while (get(1) == 0) {
      length++;
      if (length > MAX_LENGTH) {
        return 0;
      }
    }
    return get(length) | 1 << length;
  }

  /** The bytes that were written. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, (int) ((pos + 7) >>> 3));
  }

  /** Whether all bytes have been read and what is left of the last is 0. */
  boolean isAtEnd() {
    return end - pos >= 0 && end - pos < 8 && get((int) (end - pos)) == 0;
  }
}
