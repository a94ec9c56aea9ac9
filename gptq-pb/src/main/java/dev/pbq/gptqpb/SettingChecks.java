package dev.pbq.gptqpb;

import dev.pbq.core.PbqException;

/** Rules that several settings records share; every message names the option. */
final class SettingChecks {
  private SettingChecks() {}

  static void requireBits(String option, int bits) {
    if (bits < 1 || bits > 8) {
      throw PbqException.usage(option + " " + bits + " is not between 1 and 8");
    }
  }

  static void requireGroupsize(int groupsize) {
    if (groupsize < 1 && groupsize != -1) {
      throw PbqException.usage(
          "--groupsize " + groupsize + " is neither -1 (the whole row) nor at least 1");
    }
  }

  static void requireBlocksize(int blocksize) {
    if (blocksize < 1) {
      throw PbqException.usage("--blocksize " + blocksize + " is not at least 1");
    }
  }

  static void requirePercdamp(double percdamp) {
    if (!(percdamp >= 0 && percdamp <= 1)) {
      throw PbqException.usage("--percdamp " + percdamp + " is not between 0 and 1");
    }
  }

  /** Checks a layer's shape against the group size and against what arrays can hold. */
  static void requireFit(String layer, int rows, int cols, int groupsize) {
    if (groupsize > cols) {
      throw PbqException.usage(
          layer
              + ": --groupsize "
              + groupsize
              + " is larger than the layer's "
              + cols
              + " columns");
    }
    if ((long) rows * cols > Integer.MAX_VALUE - 8) {
      throw PbqException.usage(
          layer + ": a layer of " + rows + " x " + cols + " weights is more than can be quantized");
    }
  }

  /** Columns in a group: all of them for -1. */
  static int groupColumns(int groupsize, int cols) {
    return groupsize == -1 ? cols : groupsize;
  }

  static int groups(int groupsize, int cols) {
    int width = groupColumns(groupsize, cols);
    return (cols + width - 1) / width;
  }
}
