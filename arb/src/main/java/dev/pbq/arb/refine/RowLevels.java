package dev.pbq.arb.refine;

/**
 * The levels of one row: the values that its weights may take. A code is class * 2^planes + signs,
 * where signs is B1 in columns with one plane, 2 * B1 + B2 in those with two.
 */
interface RowLevels {
  /** The values of a column by code; valid until the next call. */
  double[] at(int col);

  /** How many codes a column has. */
  int count(int col);

  /** 1 or 2. */
  int planes(int col);
}
