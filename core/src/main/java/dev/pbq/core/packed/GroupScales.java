package dev.pbq.core.packed;

/**
 * The parameters of one group of weights in one block of columns, and the values that they give for
 * a weight's signs. {@link #value} is the definition of the dequantized weight; a quantizer must
 * use it, too.
 */
public sealed interface GroupScales permits RowScales, RowColumnScales {
  /** 1 or 2, the number of planes of signs: 2 for groups of salient weights. */
  int order();

  /**
   * What stands for a weight, in float64; rounding it to float32 gives the dequantized weight.
   *
   * @param row the weight's row
   * @param firstColumn where its column's scale of the first plane is, see {@link
   *     GroupLayout#firstColumn}; ignored if scales belong to rows alone
   * @param secondColumn the same of the second plane: the column's index among the salient columns
   *     of the block; ignored if the order is 1 or scales belong to rows alone
   * @param first 1 if B1 is +1, 0 if it is -1
   * @param second the same of B2; ignored if the order is 1
   */
  double value(int row, int firstColumn, int secondColumn, int first, int second);
}
