package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Trained biases of linears, which are rounded as operands of their products whenever used. */
final class RoundedBiases {
  private static final String BIAS = ".bias";

  private record Rounded(NDArray bias, OperandTransform transform) {}

  private final List<Rounded> biases = new ArrayList<>();

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
        biases.add(new Rounded(array, operands.of(product, Operand.BIAS)));
      }
    }
  }

  /** Rounds the values that were just taken into use. */
  void round() {
    for (Rounded rounded : biases) {
      FloatBuffer buffer = TrainedWeights.floats(rounded.bias());
      rounded.transform().apply(buffer, 1, 1, buffer.capacity());
    }
  }
}
