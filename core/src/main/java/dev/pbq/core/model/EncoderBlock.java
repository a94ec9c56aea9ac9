package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** One encoder block with its weights in memory, which it owns. */
public interface EncoderBlock extends AutoCloseable {
  /**
   * Runs the block. Every token sees all tokens of its sequence, and no padding.
   *
   * @param hidden float32 [sequences, tokens, hidden]; only read
   * @param lengths tokens of each sequence, from 1 to the common width; what follows them is
   *     padding, whose results mean nothing
   * @param tap sees the inputs of the linears, padding included
   * @return float32 [sequences, tokens, hidden], attached to {@code hidden}'s manager; the caller
   *     owns it. No other array created here outlives the call.
   */
  NDArray forward(NDArray hidden, int[] lengths, LinearInputTap tap);

  @Override
  void close();
}
