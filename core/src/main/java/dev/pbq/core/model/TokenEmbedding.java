package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Everything before the first block: token embedding, positions and projection where there are any.
 */
public interface TokenEmbedding extends AutoCloseable {
  /**
   * Embeds sequences of equal length, from position 0.
   *
   * @param manager owns the result
   * @param ids [sequences][tokens]
   * @return float32 [sequences, tokens, hidden]
   * @throws dev.pbq.core.PbqException BAD_DATA if an id is outside the vocabulary
   */
  default NDArray embed(NDManager manager, int[][] ids) {
    return embed(manager, ids, 0);
  }

  /**
   * As {@link #embed(NDManager, int[][])}, from another position.
   *
   * @param position of the first token of every sequence
   */
  NDArray embed(NDManager manager, int[][] ids, int position);

  @Override
  void close();
}
