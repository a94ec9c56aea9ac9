package dev.pbq.core.entropy;

import dev.pbq.core.PbqException;
import java.util.function.Function;

/**
 * A lossless coder of integer codes. The trellis runs down the rows of each column and starts again
 * in state 0 at every multiple of {@code segmentRows}, so which quantizer a code belongs to follows
 * from the codes before it, and statistics are those of each quantizer.
 *
 * <p>The same codes give the same bytes on every platform and for any number of threads.
 */
public interface CodeCoder {
  /**
   * More weights than any coder puts into one byte, for checks before memory is taken. The rarest
   * choice keeps a probability of 32 / 4096, so that no code is cheaper than 0.011 bit.
   */
  int WEIGHTS_PER_BYTE = 1024;

  /**
   * The coded bytes.
   *
   * @param segmentRows rows between two starts of the trellis, at least 1
   */
  byte[] encode(Codes codes, Trellis trellis, int segmentRows);

  /** Bits of {@link #encode}, exactly. */
  default long bits(Codes codes, Trellis trellis, int segmentRows) {
    return 8L * encode(codes, trellis, segmentRows).length;
  }

  /**
   * Refuses a shape that so many bytes cannot hold, before memory is taken for it.
   *
   * @param bad makes the exception
   */
  static void requireRoom(byte[] stored, int rows, int cols, Function<String, PbqException> bad) {
    if ((long) rows * cols > (long) WEIGHTS_PER_BYTE * stored.length) {
      throw bad.apply(stored.length + " bytes cannot hold " + rows + " x " + cols + " codes");
    }
  }

  /**
   * The codes that {@link #encode} was given. Takes no more memory than a fixed multiple of the
   * bytes that are there.
   *
   * @param bad makes the exception that says what is wrong with the bytes
   */
  Codes decode(
      byte[] stored,
      int rows,
      int cols,
      Trellis trellis,
      int segmentRows,
      Function<String, PbqException> bad);
}
