package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import java.util.Arrays;

/**
 * A binary range coder with given probabilities, for one chunk of a bitmap (G. N. N. Martin, "Range
 * encoding: an algorithm for removing redundancy from a digitised message", 1979). Integer
 * arithmetic only, so every platform produces and reads the same bytes.
 *
 * <p>The state is an interval of width {@code range}, at most 2^48, that starts as the whole of
 * 2^48. A bit whose probability of being 1 is {@code p} / 2^15 splits it: the lower {@code (range
 * >>> 15) * p} belong to 1, the rest to 0. When the range falls below 2^32 it is multiplied by 2^16
 * and sixteen more bits of the interval's start are final: one little-endian 16-bit unit of the
 * stream. A last unit makes the interval certain; the reader takes the units that follow it for
 * zeros.
 */
final class RangeCoder {
  /** Probabilities are multiples of 2^-15. */
  static final int PROBABILITY_BITS = 15;

  private static final long WHOLE = 1L << 48;
  private static final long BOTTOM = 1L << 32;
  private static final long LOW_UNITS = BOTTOM - 1;

  private RangeCoder() {}

  /**
   * Encodes bits {@code from .. to - 1} of a bitmap of rows of {@code cols}. Where {@code members}
   * is 0, so is the bitmap, and the probability is 0 whatever the model says.
   */
  static byte[] encode(
      long[] bitmap, long[] members, int from, int to, int cols, BitmapModel model) {
    byte[] out = new byte[((to - from) >>> 4) + 16];
    int size = 0;
    long low = 0;
    long range = WHOLE;
    int row = from / cols;
    int col = from % cols;
    for (int i = from; i < to; row++, col = 0) {
      int end = (int) Math.min(to, (row + 1L) * cols);
      int context = model.rowContext(row);
      for (; i < end; i++, col++) {
        int member = -((int) (members[i >>> 6] >>> i) & 1);
        long ones = (range >>> PROBABILITY_BITS) * (model.probability(context, col) & member);
        if (Bitmap.get(bitmap, i)) {
          range = ones;
        } else {
          low += ones;
          range -= ones;
        }
        if (range < BOTTOM) {
          if (size + 4 > out.length) {
            out = Arrays.copyOf(out, out.length * 2);
          }
          emit(out, size, low);
          size += 2;
          low = (low & LOW_UNITS) << 16;
          range <<= 16;
        }
      }
    }
    // The lowest multiple of 2^32 in [low, low + range): exists because range >= 2^32.
    emit(out, size, low + LOW_UNITS);
    return Arrays.copyOf(out, size + 2);
  }

  /** Writes the top unit of {@code low}; its carry, if any, goes into the units before. */
  private static void emit(byte[] out, int size, long low) {
    int unit = (int) (low >>> 32);
    out[size] = (byte) unit;
    out[size + 1] = (byte) (unit >>> 8);
    if (unit >>> 16 != 0) {
      int k = size - 2;
      while (out[k] == -1 && out[k + 1] == -1) {
        out[k] = 0;
        out[k + 1] = 0;
        k -= 2;
      }
      if (++out[k] == 0) {
        out[k + 1]++;
      }
    }
  }

  /**
   * Decodes {@code length} bytes at {@code at} into bits {@code from .. to - 1}, which must be 0
   * before and stay so where {@code members} is 0; {@code from} is a multiple of 64, so that chunks
   * can be decoded in parallel.
   *
   * @param where the layer and part, for the message
   * @throws PbqException BAD_DATA if the stream is longer or shorter than what it encodes
   */
  static void decode(
      byte[] in,
      int at,
      int length,
      long[] bitmap,
      long[] members,
      int from,
      int to,
      int cols,
      BitmapModel model,
      String where) {
    int streamEnd = at + length;
    int pos = at + 6;
    long code =
        (unit(in, at, streamEnd) << 32)
            | (unit(in, at + 2, streamEnd) << 16)
            | unit(in, at + 4, streamEnd);
    long range = WHOLE;
    int row = from / cols;
    int col = from % cols;
    for (int i = from; i < to; row++, col = 0) {
      int end = (int) Math.min(to, (row + 1L) * cols);
      int context = model.rowContext(row);
      for (; i < end; i++, col++) {
        int member = -((int) (members[i >>> 6] >>> i) & 1);
        long ones = (range >>> PROBABILITY_BITS) * (model.probability(context, col) & member);
        if (code < ones) {
          range = ones;
          bitmap[i >>> 6] |= 1L << i;
        } else {
          code -= ones;
          range -= ones;
        }
        if (range < BOTTOM) {
          code = (code << 16) | unit(in, pos, streamEnd);
          pos += 2;
          range <<= 16;
        }
      }
    }
    if (pos != streamEnd + 4) {
      throw PbqException.badData(
          where + ": corrupt bitmap: a chunk of " + length + " bytes ends after " + (pos - at - 4));
    }
  }

  private static long unit(byte[] in, int pos, int end) {
    return pos + 1 < end ? (in[pos] & 0xff) | ((in[pos + 1] & 0xff) << 8) : 0;
  }
}
