package dev.pbq.core.entropy;

import java.util.Arrays;

/**
 * The writing end of a binary range coder (G. N. N. Martin, "Range encoding: an algorithm for
 * removing redundancy from a digitised message", 1979) with 32 bits of interval and bytes as units.
 *
 * <p>The interval starts as the whole of 2^32. A decision whose probability of being 0 is {@code p}
 * / 2^15 splits it: the lower {@code (range >>> 15) * p} belong to 0, the rest to 1. When the
 * interval falls below 2^24 its first byte is final, and the rest is multiplied by 2^8. A last byte
 * makes the interval certain; the reader takes what follows it for zeros.
 */
final class BitEncoder implements BitCoder {
  static final long BOTTOM = 1L << 24;
  private static final long WHOLE = 1L << 32;

  private byte[] out = new byte[1024];
  private int size;
  private long low;
  private long range = WHOLE - 1;

  @Override
  public int code(int zero, int bit) {
    long zeros = (range >>> PROBABILITY_BITS) * zero;
    if (bit == 0) {
      range = zeros;
    } else {
      low += zeros;
      range -= zeros;
    }
    while (range < BOTTOM) {
      emit();
      range <<= 8;
    }
    return bit;
  }

  /** Writes the first byte of {@code low}; a carry goes into the bytes before. */
  private void emit() {
    if (size == out.length) {
      out = Arrays.copyOf(out, 2 * size);
    }
    out[size] = (byte) (low >>> 24);
    if (low >= WHOLE) {
      int k = size - 1;
      while (++out[k] == 0) {
        k--;
      }
    }
    size++;
    low = (low & (BOTTOM - 1)) << 8;
  }

  /** The bytes; the encoder is used up. */
  byte[] finish() {
    // The lowest multiple of 2^24 in the interval: exists because the interval is no narrower.
    low += BOTTOM - 1;
    emit();
    return Arrays.copyOf(out, size);
  }
}
