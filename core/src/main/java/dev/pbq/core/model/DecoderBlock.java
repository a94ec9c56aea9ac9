package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * One decoder block with its weights in memory, which it owns. Several threads may run it forward
 * at the same time, each with a manager of its own, on sequences of one length.
 */
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

  /**
   * Runs the block on tokens that follow those in a cache, and adds their keys and values to it.
   *
   * @param hidden as for {@link #forward(NDArray, LinearInputTap)}; its tokens are at positions
   *     {@code cache.length()} and after
   * @return as of {@link #forward(NDArray, LinearInputTap)}
   * @throws IllegalArgumentException if the cache has no room for them
   */
  NDArray forward(NDArray hidden, BlockCache cache);

  /**
   * Runs the block only as far as one of its inputs: the tap sees what it sees in {@link #forward},
   * to the last bit, up to {@code last} and nothing after it.
   *
   * @param last one of the block's inputs ({@link CausalModel#linearInputs})
   * @param hidden as for {@link #forward}; no array created here outlives the call
   * @throws IllegalArgumentException if the block has no such input
   */
  void forwardTo(LinearInput last, NDArray hidden, LinearInputTap tap);

  /**
   * Runs the block as {@link #forward(NDArray, LinearInputTap)} does, with the same numbers, but
   * recorded by the engine if the calling thread records: that is how gradients are computed. Every
   * intermediate result stays in memory until the gradients were taken.
   *
   * @param hidden float32 [sequences, tokens, hidden]; only read
   * @return float32 [sequences, tokens, hidden], attached to {@code hidden}'s manager; the caller
   *     owns it
   * @throws dev.pbq.core.PbqException NUMERICAL naming the block if the result is not finite
   */
  NDArray record(NDArray hidden);

  /**
   * The weights that were read when the block was made, lent, each with the full name of its tensor
   * as {@link NDArray#getName()}. A trainer asks for gradients with respect to them, and writes new
   * values into them between two runs.
   */
  List<NDArray> weights();

  @Override
  void close();
}
