package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import dev.pbq.core.tensor.LinearForm;
import java.util.Optional;

/**
 * A linear layer: y = x W^T + b, or what a {@link LinearProduct} makes of the three. The arrays
 * belong to the caller that loaded them.
 */
final class LinearLayer {
  // Null where the product holds the weight itself.
  private final NDArray weight;
  // Null where there is no bias: the engine's own way to say so.
  private final NDArray bias;
  private final String name;
  private final OperandTransform input;
  private final ProductOutput output;
  private final LinearProduct product;

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
    this(name, weight, bias, input, ProductOutput.NONE, LinearLayer::plain);
  }

  /**
   * A linear that holds its weight itself.
   *
   * @param bias [outputs]
   */
  LinearLayer(String name, HeldLinear held, NDArray bias) {
    this(
        name,
        null,
        bias,
        OperandTransform.NONE,
        ProductOutput.NONE,
        (x, weight, added) -> {
          NDArray y = held(held, x);
          added.ifPresent(y::addi);
          return y;
        });
  }

  private static NDArray held(HeldLinear held, NDArray x) {
    int rows = Math.toIntExact(x.getShape().get(0));
    float[] y = new float[Math.multiplyExact(rows, held.outputs())];
    held.apply(x.toFloatArray(), rows, y);
    Shape shape = new Shape(rows, held.outputs());
    return HostArrays.floats(x.getManager(), shape, buffer -> buffer.put(y));
  }

  private LinearLayer(
      String name,
      NDArray weight,
      NDArray bias,
      OperandTransform input,
      ProductOutput output,
      LinearProduct product) {
    this.name = name;
    this.weight = weight;
    this.bias = bias;
    this.input = input;
    this.output = output;
    this.product = product;
  }

  private static NDArray plain(NDArray x, NDArray weight, Optional<NDArray> bias) {
    return Linear.linear(x, weight, bias.orElse(null)).singletonOrThrow();
  }

  /**
   * The norm of a layer's outputs: mean 0 and variance 1 over the outputs of a row, then the bias.
   *
   * @param ones [outputs]
   * @param shift the bias, or zeros [outputs]
   */
  private record OutputNorm(NDArray ones, NDArray shift) implements LinearProduct {
    private static final float EPSILON = 1e-5f;

    @Override
    public NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias) {
      try (NDArray y = Linear.linear(x, weight).singletonOrThrow()) {
        return LayerNorm.layerNorm(y, ones.getShape(), ones, shift, EPSILON).singletonOrThrow();
      }
    }
  }

  /**
   * The same layer, on the same arrays, computing in another form than the plain one.
   *
   * @param owner gets constants
   */
  LinearLayer in(LinearForm form, NDManager owner) {
    if (form.signsInput()) {
      return computedBy((x, w, b) -> signed(x, w, b));
    }
    if (form.normalizesOutput()) {
      Shape outputs = new Shape(weight.getShape().get(0));
      NDArray shift = bias == null ? owner.zeros(outputs, DataType.FLOAT32) : bias;
      return computedBy(new OutputNorm(owner.ones(outputs, DataType.FLOAT32), shift));
    }
    return this;
  }

  private static NDArray signed(NDArray x, NDArray weight, Optional<NDArray> bias) {
    try (NDArray signs = x.sign()) {
      return plain(signs, weight, bias);
    }
  }

  /** The same layer, on the same memory, that passes gradients to its inputs alone. */
  LinearLayer frozen() {
    NDArray constantBias = bias == null ? null : bias.stopGradient();
    return new LinearLayer(name, weight.stopGradient(), constantBias, input, output, product);
  }

  /** The same layer, on the same arrays, whose product is computed in another way. */
  LinearLayer computedBy(LinearProduct other) {
    return new LinearLayer(name, weight, bias, input, output, other);
  }

  /** The same layer, on the same arrays, with its outputs shown in {@link #apply(NDArray, int)}. */
  LinearLayer shownTo(ProductOutput observer) {
    return new LinearLayer(name, weight, bias, input, observer, product);
  }

  /** Maps x [rows, inputs] to [rows, outputs], attached to x's manager. */
  NDArray apply(NDArray x) {
    return product.apply(x, weight, Optional.ofNullable(bias));
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
