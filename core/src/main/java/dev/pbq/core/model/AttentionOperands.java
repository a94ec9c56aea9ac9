package dev.pbq.core.model;

/** What happens to the operands of attention's two products. */
record AttentionOperands(
    OperandTransform query,
    OperandTransform key,
    OperandTransform weights,
    OperandTransform value) {

  boolean unchanged() {
    return query == OperandTransform.NONE
        && key == OperandTransform.NONE
        && weights == OperandTransform.NONE
        && value == OperandTransform.NONE;
  }
}
