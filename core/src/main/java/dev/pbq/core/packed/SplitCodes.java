package dev.pbq.core.packed;

import dev.pbq.core.parallel.Parallel;

/**
 * Takes the codes of a {@link SalientSplitLinear} apart into two bit-packed streams, low codes and
 * salient codes, each in row-major order of their positions, and puts them together again.
 */
final class SplitCodes {
  /** Weights handled at a time: small enough for the cache, a multiple of 64. */
  private static final int BLOCK = 1 << 14;

  private SplitCodes() {}

  /** The two streams. */
  record Streams(byte[] low, byte[] high) {}

  /**
   * Splits and packs.
   *
   * @param codes one code for each weight
   * @param salient which codes go to the stream of {@code highBits}
   * @param lowBits width of the other codes; 0 leaves their stream empty
   */
  static Streams split(byte[] codes, long[] salient, int salientCount, int lowBits, int highBits) {
    Packer low = new Packer(codes.length - salientCount, lowBits);
    Packer high = new Packer(salientCount, highBits);
    for (int from = 0; from < codes.length; from += BLOCK) {
      int to = Math.min(codes.length, from + BLOCK);
      byte[] lowCodes = low.pending;
      byte[] highCodes = high.pending;
      int l = low.count;
      int h = high.count;
      for (int i = from; i < to; i++) {
        int bit = (int) (salient[i >>> 6] >>> i) & 1;
        // Both streams take the code, but only one of them keeps it.
        lowCodes[l] = codes[i];
        highCodes[h] = codes[i];
        l += 1 - bit;
        h += bit;
      }
      low.flush(l);
      high.flush(h);
    }
    return new Streams(low.finish(), high.finish());
  }

  /** The inverse of {@link #split} for {@code weights} codes; the streams' lengths must fit. */
  static byte[] merge(Streams streams, long[] salient, int weights, int lowBits, int highBits) {
    byte[] codes = new byte[weights];
    int[] salientBefore = new int[Parallel.ranges(weights, BLOCK)];
    for (int b = 1; b < salientBefore.length; b++) {
      salientBefore[b] = salientBefore[b - 1] + Bitmap.ones(salient, (b - 1) * BLOCK, b * BLOCK);
    }
    Parallel.forEachRange(
        weights,
        BLOCK,
        (from, to) -> {
          int before = salientBefore[from / BLOCK];
          int high = Bitmap.ones(salient, from, to);
          int low = to - from - high;
          // One more than is used, as the loop reads from both.
          byte[] lowCodes = new byte[low + 1];
          byte[] highCodes = new byte[high + 1];
          if (lowBits > 0) {
            int first = from - before;
            BitPacking.unpack(streams.low(), 0, first, low, lowBits, lowCodes, 0);
          }
          BitPacking.unpack(streams.high(), 0, before, high, highBits, highCodes, 0);
          int l = 0;
          int h = 0;
          for (int i = from; i < to; i++) {
            int bit = (int) (salient[i >>> 6] >>> i) & 1;
            codes[i] = (byte) ((lowCodes[l] & (bit - 1)) | (highCodes[h] & -bit));
            l += 1 - bit;
            h += bit;
          }
        });
    return codes;
  }

  /** One stream as it grows: codes not yet packed, and what is. */
  private static final class Packer {
    private final int bits;
    private final byte[] packed;
    private final byte[] pending = new byte[BLOCK + 8];
    private int count;
    private int size;

    Packer(int codes, int bits) {
      this.bits = bits;
      packed = new byte[Math.toIntExact(BitPacking.bytes(codes, bits))];
    }

    /** Packs whole groups of eight out of {@code available} pending codes, keeps the rest. */
    void flush(int available) {
      if (bits == 0) {
        return;
      }
      int full = available & ~7;
      BitPacking.pack(pending, 0, full, bits, packed, size);
      size += full / 8 * bits;
      count = available - full;
      System.arraycopy(pending, full, pending, 0, count);
    }

    byte[] finish() {
      if (bits > 0) {
        BitPacking.pack(pending, 0, count, bits, packed, size);
      }
      return packed;
    }
  }
}
