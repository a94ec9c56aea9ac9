package dev.pbq.core.entropy;

/** The reading end of {@link BitEncoder}. */
final class BitDecoder implements BitCoder {
  private final byte[] in;
  private final int end;
  private int pos;
  private long code;
  private long range = (1L << 32) - 1;

  /** Reads bytes {@code from .. to - 1}. */
  BitDecoder(byte[] in, int from, int to) {
    this.in = in;
    this.end = to;
    this.pos = from;
    for (int i = 0; i < 4; i++) {
      code = (code << 8) | next();
    }
  }

  @Override
  public int code(int zero, int ignored) {
    long zeros = (range >>> PROBABILITY_BITS) * zero;
    int bit;
    if (code < zeros) {
      range = zeros;
      bit = 0;
    } else {
      code -= zeros;
      range -= zeros;
      bit = 1;
    }
    while (range < BitEncoder.BOTTOM) {
      code = (code << 8) | next();
      range <<= 8;
    }
    return bit;
  }

  private int next() {
    int at = pos++;
    return at < end ? in[at] & 0xff : 0;
  }

  /** Whether more has been read than any encoder leaves out. */
  boolean isBeyondEnd() {
    return pos > end + 3;
  }

  /** Whether exactly the bytes of a whole stream have been read. */
  boolean isAtEnd() {
    return pos == end + 3;
  }
}
