package dev.pbq.export;

import java.util.Arrays;
import java.util.Optional;

/**
 * A layer on a uniform grid, as layouts of other programs hold it: weight [row, col] is {@code
 * scale * (code - zero)} with the scale and the zero point of its row and column group.
 *
 * @param rows outputs
 * @param cols inputs
 * @param bits width of a code, one of the layout's
 * @param groupSize columns per group; the last group may be narrower
 * @param codes [rows * cols], row-major, unsigned
 * @param scale a number of the layout's type, indexed {@code group * rows + row}
 * @param zero 0 .. 2^bits - 1, indexed likewise
 * @param columnGroup the group of each column where that is not {@code column / groupSize}
 */
public record AffineLayer(
    int rows,
    int cols,
    int bits,
    int groupSize,
    byte[] codes,
    float[] scale,
    int[] zero,
    Optional<int[]> columnGroup) {

  /** How many column groups there are. */
  public int groups() {
    return (cols - 1) / groupSize + 1;
  }

  /** The group of a column. */
  public int group(int col) {
    return columnGroup.isPresent() ? columnGroup.get()[col] : col / groupSize;
  }

  /** Whether every zero point is the middle of the codes. */
  public boolean isSymmetric() {
    for (int z : zero) {
      if (z != 1 << (bits - 1)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a zero point is 0, which the older convention cannot say. */
  public boolean hasZeroAtZero() {
    for (int z : zero) {
      if (z == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same weights with every zero point in the middle of the codes, where the codes have room:
   * what fast kernels want. Otherwise the layer itself.
   */
  public AffineLayer centred() {
    int middle = 1 << (bits - 1);
    byte[] moved = new byte[codes.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        int code = (codes[r * cols + c] & 0xff) - zero[group(c) * rows + r] + middle;
        if (code < 0 || code >> bits != 0) {
          return this;
        }
        moved[r * cols + c] = (byte) code;
      }
    }
    int[] middles = new int[zero.length];
    Arrays.fill(middles, middle);
    return new AffineLayer(rows, cols, bits, groupSize, moved, scale, middles, columnGroup);
  }

  @Override
  public boolean equals(Object o) {
    return this == o;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "AffineLayer[" + rows + ", " + cols + ", bits=" + bits + ", group=" + groupSize + "]";
  }
}
