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
 * it). sign(x) has no gradient; that of a piecewise parabola takes its place: 2 - 2|x| within -1..1
 * and 0 beyond. All else is computed as the others compute it.
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
   * sign(x), to the last bit, with the program's gradient where it is recorded: sign(x) + (x - x')
   * f(x'), x' being x without a gradient, is sign(x) + 0, and its derivative is f. The factor alone
   * is kept for the backward pass. No operation has a number of Java's: the engine forgets those
   * while it records.
   *
   * @param x of any shape, finite
   * @return attached to the manager of {@code x}
   */
  static NDArray signs(NDArray x) {
    try (NDArray value = x.stopGradient();
        NDArray factor = factor(value);
        NDArray zero = x.sub(value);
        NDArray passed = zero.mul(factor);
        NDArray sign = value.sign()) {
      return sign.add(passed);
    }
  }

  /** 2 - 2|x| within -1..1, 0 beyond. */
  private static NDArray factor(NDArray x) {
    NDManager manager = x.getManager();
    try (NDArray one = manager.full(new Shape(), 1, DataType.FLOAT32);
        NDArray none = manager.full(new Shape(), 0, DataType.FLOAT32);
        NDArray magnitude = x.abs();
        NDArray rest = one.sub(magnitude);
        NDArray half = rest.maximum(none)) {
      return half.add(half);
    }
  }
}
