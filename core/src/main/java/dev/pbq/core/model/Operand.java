package dev.pbq.core.model;

/** The sides of a {@link Product}. */
public enum Operand {
  /** What comes from the data: a linear's input, queries, attention weights, rotary tables. */
  LEFT,
  /** What it is multiplied with: a linear's weight, keys, values. */
  RIGHT,
  /** What is added: a linear's bias, where it has one. */
  BIAS
}
