package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;

/** A linear layer's product: y = x W^T + b. The arrays belong to the caller that loaded them. */
final class LinearLayer {
  private final NDArray weight;
  // Null where there is no bias: the engine's own way to say so.
  private final NDArray bias;
  private final String name;
  private final OperandTransform input;
  private final ProductOutput output;

  LinearLayer(NDArray weight) {
    this("a linear layer", weight, null, OperandTransform.NONE);
  }

  /**
   * @param name for messages
   * @param weight [outputs, inputs]
   * @param bias [outputs]
   * @param input what happens to x in {@link #apply(NDArray, int)}
   */
  LinearLayer(String name, NDArray weight, NDArray bias, OperandTransform input) {
    this(name, weight, bias, input, ProductOutput.NONE);
  }

  private LinearLayer(
      String name, NDArray weight, NDArray bias, OperandTransform input, ProductOutput output) {
    this.name = name;
    this.weight = weight;
    this.bias = bias;
    this.input = input;
    this.output = output;
  }

  /** The same layer, on the same arrays, with its outputs shown in {@link #apply(NDArray, int)}. */
  LinearLayer shownTo(ProductOutput observer) {
    return new LinearLayer(name, weight, bias, input, observer);
  }

  /** Maps x [rows, inputs] to [rows, outputs], attached to x's manager. */
  NDArray apply(NDArray x) {
    return Linear.linear(x, weight, bias).singletonOrThrow();
  }

  /**
   * As {@link #apply(NDArray)} for x [sequences * tokens, inputs], whose operand may be changed and
   * whose output is shown.
   */
  NDArray apply(NDArray x, int sequences) {
    NDArray y = product(x, sequences);
    OperandArrays.show("the output of " + name, y, output, sequences);
    return y;
  }

  private NDArray product(NDArray x, int sequences) {
    if (input == OperandTransform.NONE) {
      return apply(x);
    }
    long tokens = x.getShape().get(0) / sequences;
    try (NDArray operand =
        OperandArrays.changed("the input of " + name, x, input, sequences, tokens)) {
      return apply(operand);
    }
  }
}
