package dev.pbq.formats.config;

/** The role of an operand in its operation: input, weight or bias. */
public enum OperandRole {
  /** The input of a linear, the left operand of a product, the tables of the rotary embedding. */
  DATA_IN("data_in_"),
  /** The weight of a linear, the right operand of a product. */
  WEIGHT("weight_"),
  /** The bias of a linear. */
  BIAS("bias_"),
  /** The output of a linear: configurations may describe it, but nothing quantizes it. */
  DATA_OUT("data_out_");

  private final String prefix;

  OperandRole(String prefix) {
    this.prefix = prefix;
  }

  String prefix() {
    return prefix;
  }
}
