package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** The MLP without a gate: second(activation(first(x))). */
record PlainMlp(
    LinearLayer first,
    LinearLayer second,
    ActivationFunction activation,
    LinearInput firstInput,
    LinearInput lastInput)
    implements ProjectedSublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    try (NDArray inner = first.apply(x, tap.sequences())) {
      return activation.apply(inner);
    }
  }

  @Override
  public LinearLayer projection() {
    return second;
  }
}
