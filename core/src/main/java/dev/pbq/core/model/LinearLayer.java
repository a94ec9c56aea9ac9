package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;

/** y = x W^T + b. The arrays belong to whoever loaded them. */
final class LinearLayer {
  private final NDArray weight;
  // Null where there is no bias: the engine's own way to say so.
  private final NDArray bias;

  LinearLayer(NDArray weight) {
    this(weight, null);
  }

  /**
   * @param weight [outputs, inputs]
   * @param bias [outputs]
   */
  LinearLayer(NDArray weight, NDArray bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /** Maps x [rows, inputs] to [rows, outputs], attached to x's manager. */
  NDArray apply(NDArray x) {
    return Linear.linear(x, weight, bias).singletonOrThrow();
  }
}
