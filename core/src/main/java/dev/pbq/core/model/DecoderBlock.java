package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** One decoder block with its weights in memory, which it owns. */
public interface DecoderBlock extends AutoCloseable {
  /**
   * Runs the block with causal attention from position 0.
   *
   * @param hidden float32 [sequences, tokens, hidden]; only read
   * @param tap sees the inputs of the linears
   * @return float32 [sequences, tokens, hidden], attached to {@code hidden}'s manager; the caller
   *     owns it. No other array created here outlives the call.
   */
  NDArray forward(NDArray hidden, LinearInputTap tap);

  @Override
  void close();
}
