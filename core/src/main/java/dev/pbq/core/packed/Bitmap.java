package dev.pbq.core.packed;

/**
 * Ranges of bits in an array of words; bit {@code i} is bit {@code i % 64} of word {@code i / 64}.
 */
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
}
