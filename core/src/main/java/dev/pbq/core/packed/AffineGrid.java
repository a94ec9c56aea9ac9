package dev.pbq.core.packed;

import java.util.Arrays;

/**
 * Uniform grids: value = scale * (code - zero), computed in float32 in exactly that order.
 *
 * @param bits width of the codes, 1..8; codes are 0 .. 2^bits - 1 (or fewer)
 * @param scale one scale per grid, already rounded to its stored type
 * @param zero one integer zero point per grid; may lie outside the code range
 */
public record AffineGrid(int bits, float[] scale, int[] zero) {
  public AffineGrid {
    if (bits < 1 || bits > 8) {
      throw new IllegalArgumentException("codes of " + bits + " bits");
    }
    if (scale.length != zero.length) {
      throw new IllegalArgumentException(scale.length + " scales, " + zero.length + " zero points");
    }
  }

  /** The value of a code on grid {@code i}. */
  public float value(int i, int code) {
    return scale[i] * (code - zero[i]);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof AffineGrid g
        && g.bits == bits
        && Arrays.equals(g.scale, scale)
        && Arrays.equals(g.zero, zero);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * bits + Arrays.hashCode(scale)) + Arrays.hashCode(zero);
  }

  @Override
  public String toString() {
    return "AffineGrid[bits=" + bits + ", grids=" + scale.length + "]";
  }
}
