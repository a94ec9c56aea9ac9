package dev.pbq.core.model;

import java.util.Optional;

/**
 * Changes the operands of the matrix products of blocks before they are multiplied: how a model is
 * run in number formats that this package knows nothing of; and shows their outputs. Asked for
 * every operand and output when a block is made.
 */
@FunctionalInterface
public interface ProductOperands {
  /** Leaves every operand as it is, at no cost. */
  ProductOperands UNCHANGED = (product, operand) -> OperandTransform.NONE;

  /** What to do with an operand; {@link OperandTransform#NONE} for nothing. */
  OperandTransform of(Product product, Operand operand);

  /**
   * Whether operands are what they are without this: a result then depends on its own position and
   * those before it alone, and texts of different lengths may be computed together.
   */
  default boolean isUnchanged() {
    return this == UNCHANGED;
  }

  /** What computes a linear from weights of its own; the model's float32 ones are not made then. */
  default Optional<HeldLinear> held(Linear linear) {
    return Optional.empty();
  }

  /** What computes the product of a linear in place of its input times its weight, if anything. */
  default Optional<LinearProduct> linear(Product product) {
    return Optional.empty();
  }

  /**
   * What sees a product's output; {@link ProductOutput#NONE} for nothing. Linears and scores only.
   */
  default ProductOutput outputOf(Product product) {
    return ProductOutput.NONE;
  }
}
