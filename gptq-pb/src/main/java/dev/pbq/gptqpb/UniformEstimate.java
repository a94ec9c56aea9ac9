package dev.pbq.gptqpb;

import dev.pbq.core.packed.ScaleDtype;

/**
 * An estimate of the stored bits of a layer of uniform codes: the codes of each row in whole bytes,
 * one scale and one byte of zero point per grid. Exact, unless all zero points are equal, which are
 * stored as one number.
 */
final class UniformEstimate {
  private UniformEstimate() {}

  static long bits(int rows, int cols, int bits, int groupsize, ScaleDtype scaleDtype) {
    long grids = (long) rows * ColumnGroups.count(groupsize, cols);
    long rowBytes = ((long) cols * bits + 7) / 8;
    return 8L * rows * rowBytes + grids * (8L * scaleDtype.dtype().bytes() + 8);
  }
}
