package dev.pbq.arb.fit;

/** The parameters of one fitted group; its signs are in the block's {@link SignPlanes}. */
public sealed interface GroupFit permits RowFit, RowColumnFit {
  /** 1 or 2, the number of planes of signs. */
  int order();

  /**
   * What stands for a member at [row, col].
   *
   * @param first 1 if B1 is +1 there, 0 if it is -1
   * @param second the same of B2; ignored if the order is 1
   */
  double value(int row, int col, int first, int second);

  /**
   * Whether the scale of a plane is negative at [row, col]; false for a plane that there is not.
   *
   * @param plane 0 for B1, 1 for B2
   */
  boolean isNegative(int plane, int row, int col);

  /** A copy of the parameters that shares no arrays. */
  GroupFit copy();
}
