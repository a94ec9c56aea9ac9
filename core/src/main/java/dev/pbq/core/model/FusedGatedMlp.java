package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * A gated MLP whose two factors come from one linear.
 *
 * @param rule how they become one
 * @param firstInput what the first linear reads
 * @param lastInput what down reads
 */
record FusedGatedMlp(
    LinearLayer gateUp,
    LinearLayer down,
    GateRule rule,
    LinearInput firstInput,
    LinearInput lastInput)
    implements ProjectedSublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    try (NDArray both = gateUp.apply(x, tap.sequences())) {
      return rule.apply(both);
    }
  }

  @Override
  public LinearLayer projection() {
    return down;
  }
}
