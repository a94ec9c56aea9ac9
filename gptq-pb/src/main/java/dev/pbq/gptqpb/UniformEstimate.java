package dev.pbq.gptqpb;

import dev.pbq.core.packed.ScaleDtype;

/** What a layer of uniform codes takes: codes, one scale and one byte of zero point per grid. */
final class UniformEstimate {
  private UniformEstimate() {}

  static long bits(int rows, int cols, int bits, int groupsize, ScaleDtype scaleDtype) {
    long grids = (long) rows * SettingChecks.groups(groupsize, cols);
    return (long) rows * cols * bits + grids * (8L * scaleDtype.dtype().bytes() + 8);
  }
}
