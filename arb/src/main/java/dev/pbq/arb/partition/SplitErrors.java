package dev.pbq.arb.partition;

/** The error of each break point of a side. */
interface SplitErrors {
  /** The error of the block with each of some break points, which ascend. */
  double[] of(double[] points);

  /**
   * Makes the high part of a round, whose members {@link Side} has by now, part of what no later
   * round changes.
   *
   * @param chosen which of the last break points was taken
   */
  void fix(int round, int chosen);
}
