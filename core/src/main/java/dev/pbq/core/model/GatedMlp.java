package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * The gated MLP of Llama: down(silu(gate(x)) * up(x)) (Shazeer, 2020).
 *
 * @param firstInput what gate and up read
 * @param lastInput what down reads
 */
record GatedMlp(
    LinearLayer gate,
    LinearLayer up,
    LinearLayer down,
    LinearInput firstInput,
    LinearInput lastInput)
    implements Sublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    NDArray gated = gate.apply(x, tap.sequences());
    try (NDArray sigmoid = Activation.sigmoid(gated)) {
      gated.muli(sigmoid);
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
