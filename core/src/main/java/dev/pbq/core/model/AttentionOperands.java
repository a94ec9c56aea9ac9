package dev.pbq.core.model;

/**
 * The transformations of the operands of attention's two products.
 *
 * @param scores sees what comes out of the first
 */
record AttentionOperands(
    OperandTransform query,
    OperandTransform key,
    OperandTransform weights,
    OperandTransform value,
    ProductOutput scores) {

  boolean unchanged() {
    return query == OperandTransform.NONE
        && key == OperandTransform.NONE
        && weights == OperandTransform.NONE
        && value == OperandTransform.NONE
        && scores == ProductOutput.NONE;
  }
}
