package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import dev.pbq.core.model.LinearProduct;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import java.util.Optional;

/**
 * The layers of a student that take the signs of their inputs (Bi-Real, as PB-LLM's program has
 * it). sign(x) has no gradient; that of F(x) = 2c - c|c|, c = x clipped to -1..1, takes its place:
 * 2 - 2|x| within -1..1 and 0 beyond. All else is computed as the others compute it.
 *
 * @param others how the other products are computed
 * @param weights tells the form of every linear
 */
record SignedInputs(ProductOperands others, ModelLayout layout, WeightSource weights)
    implements ProductOperands {
  @Override
  public OperandTransform of(Product product, Operand operand) {
    return others.of(product, operand);
  }

  @Override
  public Optional<LinearProduct> linear(Product product) {
    String name = layout.blockPrefix(product.block()) + "." + product.path();
    return weights.form(name).signsInput()
        ? Optional.of(SignedInputs::product)
        : others.linear(product);
  }

  private static NDArray product(NDArray x, NDArray weight, Optional<NDArray> bias) {
    try (NDArray signs = signs(x)) {
      return Linear.linear(signs, weight, bias.orElse(null)).singletonOrThrow();
    }
  }

  /**
   * sign(x), to the last bit, with the gradient of F where it is recorded. F's own value is taken
   * off again from F, not from the sign, so that nothing is rounded. No operation has a number of
   * Java's: the engine forgets those while it records.
   *
   * @param x of any shape
   * @return attached to the manager of {@code x}
   */
  static NDArray signs(NDArray x) {
    NDManager manager = x.getManager();
    try (NDArray one = manager.full(new Shape(), 1, DataType.FLOAT32);
        NDArray minusOne = manager.full(new Shape(), -1, DataType.FLOAT32);
        NDArray two = manager.full(new Shape(), 2, DataType.FLOAT32);
        NDArray above = x.maximum(minusOne);
        NDArray clipped = above.minimum(one);
        NDArray magnitude = clipped.abs();
        NDArray slope = magnitude.neg();
        NDArray rest = slope.add(two);
        NDArray smooth = clipped.mul(rest);
        NDArray value = smooth.stopGradient();
        NDArray zero = smooth.sub(value);
        NDArray sign = x.sign()) {
      return sign.add(zero);
    }
  }
}
