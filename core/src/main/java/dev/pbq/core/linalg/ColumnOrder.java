package dev.pbq.core.linalg;

/** The order in which a sweep visits the columns of a weight. */
public enum ColumnOrder {
  /** From left to right. */
  NATURAL,
  /** By falling diagonal of the Hessian, dead columns counting as 1; ties from left to right. */
  DESCENDING_DIAGONAL
}
