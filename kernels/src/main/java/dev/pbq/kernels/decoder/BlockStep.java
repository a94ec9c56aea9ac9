package dev.pbq.kernels.decoder;

import dev.pbq.core.PbqException;

/**
 * One block of a decoder.
 *
 * @param name for messages
 * @param parallel whether both halves read the block's input
 */
record BlockStep(String name, HalfStep attention, HalfStep mlp, boolean parallel) {
  /**
   * Runs the block.
   *
   * @param x [tokens, hidden]; not changed
   * @return as {@code x}, a new array
   * @throws PbqException NUMERICAL if a result is not finite
   */
  float[] apply(float[] x, Span span) {
    float[] y = parallel ? both(x, span) : mlp.apply(attention.apply(x, span), span);
    for (float value : y) {
      if (!Float.isFinite(value)) {
        throw PbqException.numerical(name + " gives NaN or infinity");
      }
    }
    return y;
  }

  private float[] both(float[] x, Span span) {
    float[] normed = attention.before().orElseThrow().apply(x);
    float[] sum = attention.added(normed, span);
    float[] read = mlp.before().isPresent() ? mlp.before().get().apply(x) : normed;
    float[] added = mlp.added(read, span);
    for (int i = 0; i < sum.length; i++) {
      sum[i] = sum[i] + x[i] + added[i];
    }
    return sum;
  }
}
