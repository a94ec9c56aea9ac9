package dev.pbq.kernels.decoder;

/** Attention or MLP of a block. */
interface Sublayer {
  /**
   * What the sublayer adds to the residual stream.
   *
   * @param x [tokens, hidden], what it reads; not changed
   * @return as {@code x}, a new array
   */
  float[] apply(float[] x, Span span);
}
