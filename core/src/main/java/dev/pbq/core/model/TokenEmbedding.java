package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

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

  /**
   * The rows of the table alone, with which {@link #record} begins.
   *
   * @param manager owns the result
   * @param ids [sequences][tokens]
   * @return float32 [sequences, tokens, width of the table]
   * @throws dev.pbq.core.PbqException BAD_DATA if an id is outside the vocabulary
   */
  NDArray rows(NDManager manager, int[][] ids);

  /**
   * What {@link #embed(NDManager, int[][])} makes of the table's rows, with the same numbers, but
   * recorded by the engine if the calling thread records.
   *
   * @param rows as {@link #rows} gives them; only read
   * @return as of {@link #embed(NDManager, int[][])}, attached to the manager of {@code rows}
   */
  NDArray record(NDArray rows);

  /** Everything but the table that was read, lent: what gradients may be asked for. */
  List<LoadedRows> weights();

  @Override
  void close();
}
