package dev.pbq.export.gptq;

import java.util.Optional;

/**
 * A layer as the format sees it: weight [row, col] is {@code scale * (code - zero)} with the scale
 * and the zero point of its row and column group.
 *
 * @param rows outputs
 * @param cols inputs
 * @param bits width of a code: 2, 3, 4 or 8
 * @param groupSize columns per group; the last group may be narrower
 * @param codes [rows * cols], row-major, unsigned
 * @param scale binary16, indexed {@code group * rows + row}
 * @param zero 0 .. 2^bits - 1, indexed likewise
 * @param columnGroup the group of each column where that is not {@code column / groupSize}
 */
record AffineLayer(
    int rows,
    int cols,
    int bits,
    int groupSize,
    byte[] codes,
    float[] scale,
    int[] zero,
    Optional<int[]> columnGroup) {

  int groups() {
    return (cols - 1) / groupSize + 1;
  }

  /** The group of a column. */
  int group(int col) {
    return columnGroup.isPresent() ? columnGroup.get()[col] : col / groupSize;
  }

  /** Whether every zero point is the middle of the codes. */
  boolean isSymmetric() {
    for (int z : zero) {
      if (z != 1 << (bits - 1)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a zero point is 0, which the older convention cannot say. */
  boolean hasZeroAtZero() {
    for (int z : zero) {
      if (z == 0) {
        return true;
      }
    }
    return false;
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
