package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * The gated MLP: down(activation(gate(x)) * up(x)) (Shazeer, 2020).
 *
 * @param firstInput what gate and up read
 * @param lastInput what down reads
 */
record GatedMlp(
    LinearLayer gate,
    LinearLayer up,
    LinearLayer down,
    ActivationFunction activation,
    LinearInput firstInput,
    LinearInput lastInput)
    implements ProjectedSublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    NDArray gated;
    try (NDArray factor = gate.apply(x, tap.sequences())) {
      gated = activation.apply(factor);
    }
    try (NDArray factor = up.apply(x, tap.sequences())) {
      return gated.muli(factor);
    }
  }

  @Override
  public LinearLayer projection() {
    return down;
  }
}
