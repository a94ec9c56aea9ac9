package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.Half;

/** The checks of all families' constructors: that a layer can be stored and read back unchanged. */
public final class Shapes {
  /** The most weights in one layer: they are indexed by int, with room for a last word. */
  public static final int MAX_WEIGHTS = Integer.MAX_VALUE - 64;

  private Shapes() {}

  /**
   * Checks, before any work is done, that a layer of this shape can be stored.
   *
   * @param layer its name, for the message
   * @throws PbqException USAGE naming the layer if it has more than {@link #MAX_WEIGHTS} weights
   */
  public static void requireStorable(String layer, int rows, int cols) {
    if ((long) rows * cols > MAX_WEIGHTS) {
      throw PbqException.usage(
          layer + ": a layer of " + rows + " x " + cols + " weights is more than can be quantized");
    }
  }

  /** Groups of {@code groupSize} columns; the last may be narrower. */
  static int groups(int cols, int groupSize) {
    return (cols - 1) / groupSize + 1;
  }

  static void require(int rows, int cols, int groupSize, byte[] codes) {
    if (rows < 1 || cols < 1 || (long) rows * cols > MAX_WEIGHTS) {
      throw new IllegalArgumentException("a layer of shape [" + rows + ", " + cols + "]");
    }
    if (groupSize < 1 || groupSize > cols) {
      throw new IllegalArgumentException("groups of " + groupSize + " of " + cols + " columns");
    }
    if (codes.length != rows * cols) {
      throw new IllegalArgumentException(
          codes.length + " codes for a layer of shape [" + rows + ", " + cols + "]");
    }
  }

  /**
   * Checks that there are {@code count} parameters and that they survive storage.
   *
   * @param what their name in the message
   */
  static void requireStorable(ScaleDtype type, float[] values, long count, String what) {
    if (values.length != count) {
      throw new IllegalArgumentException(
          values.length + " " + what + " where " + count + " belong");
    }
    for (int i = 0; i < values.length; i++) {
      float v = values[i];
      if (type == ScaleDtype.F16 && Half.isNormal(v)) {
        continue;
      }
      if (!Float.isFinite(v)
          || Float.floatToRawIntBits(type.round(v)) != Float.floatToRawIntBits(v)) {
        throw new IllegalArgumentException(
            what + ": entry " + i + ", " + v + ", is not a finite " + type + " number");
      }
    }
  }
}
