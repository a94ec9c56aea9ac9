package dev.pbq.kernels.decoder;

/**
 * A multi-layer perceptron.
 *
 * @param first the linears that read its input
 */
record MlpStep(SharedInput first, GateStep gate, LinearStep last) implements Sublayer {
  @Override
  public float[] apply(float[] x, Span span) {
    return apply(x, span.count());
  }

  /** Outputs [count, hidden] of inputs [count, hidden]. */
  float[] apply(float[] x, int count) {
    return last.apply(gate.apply(first.apply(x, count)), count);
  }
}
