package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** The MLP without a gate: second(activation(first(x))), with gelu or relu. */
record PlainMlp(
    LinearLayer first,
    LinearLayer second,
    boolean gelu,
    LinearInput firstInput,
    LinearInput lastInput)
    implements Sublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    try (NDArray inner = first.apply(x, tap.sequences())) {
      return gelu ? Activation.gelu(inner) : Activation.relu(inner);
    }
  }

  @Override
  public LinearLayer projection() {
    return second;
  }
}
