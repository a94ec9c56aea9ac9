package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** One block of a classifier with its weights in memory, which it owns. */
public interface EncoderBlock extends AutoCloseable {
  /**
   * Runs the block. Every token sees all tokens of its sequence, or, in a decoder, those before it;
   * and no padding.
   *
   * @param hidden float32 [sequences, tokens, hidden]; only read
   * @param lengths tokens of each sequence, from 1 to the common width; what follows them is
   *     padding, whose results mean nothing
   * @param tap sees the inputs of the linears, padding included
   * @return float32 [sequences, tokens, hidden], attached to {@code hidden}'s manager; the caller
   *     owns it. No other array created here outlives the call.
   */
  NDArray forward(NDArray hidden, int[] lengths, LinearInputTap tap);

  /**
   * Runs the block as {@link #forward} does, with the same numbers, but recorded by the engine if
   * the calling thread records: that is how gradients are computed. Every intermediate result stays
   * in memory until the gradients were taken.
   *
   * @return as of {@link #forward}
   * @throws dev.pbq.core.PbqException NUMERICAL naming the block if the result is not finite
   */
  NDArray record(NDArray hidden, int[] lengths);

  /** The weights that were read, lent, as {@link DecoderBlock#weights()} gives them. */
  List<NDArray> weights();

  @Override
  void close();
}
