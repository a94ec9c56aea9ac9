package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trained biases of linears, which are rounded as operands of their products whenever used. */
final class RoundedBiases {
  private static final String BIAS = ".bias";

  private final Map<String, OperandTransform> biases = new HashMap<>();

  /**
   * Finds them.
   *
   * @param arrays of what is trained, each named as its tensor
   */
  RoundedBiases(List<NDArray> arrays, ModelLayout layout, ProductOperands operands) {
    for (NDArray array : arrays) {
      String name = array.getName();
      Optional<Linear> linear =
          name.endsWith(BIAS)
              ? layout.linear(name.substring(0, name.length() - BIAS.length()))
              : Optional.empty();
      if (linear.isPresent()) {
        Linear of = linear.get();
        Product product = Product.linear(of.block(), of.role(), layout.path(of));
        biases.put(name, operands.of(product, Operand.BIAS));
      }
    }
  }

  /** Rounds the values of a tensor that are about to be used, if it is such a bias. */
  void round(String tensor, FloatBuffer values) {
    OperandTransform transform = biases.get(tensor);
    if (transform != null) {
      transform.apply(values, 1, 1, values.capacity());
    }
  }
}
