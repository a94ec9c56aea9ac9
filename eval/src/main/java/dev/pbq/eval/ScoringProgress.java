package dev.pbq.eval;

/** A listener to the progress of an evaluation. */
public interface ScoringProgress {
  /** Hears nothing. */
  ScoringProgress SILENT = new ScoringProgress() {};

  /** Windows that went through a block, where the model is evaluated block by block. */
  default void block(int block, int blocks, int windowsDone, int windows) {}

  /** Windows whose likelihood is known, and the mean so far in nats per token. */
  default void scored(int windowsDone, int windows, double meanNll) {}

  /**
   * The losses of a window's tokens are known; windows may come in any order.
   *
   * @param window its index, from 0
   * @param ids tokens of the window; not changed
   * @param first index in {@code ids} of the token that the first loss belongs to
   * @param losses in nats; not changed
   */
  default void losses(int window, int[] ids, int first, float[] losses) {}

  /** An answer of a task was judged. */
  default void sample(TaskSample sample) {}

  /** Windows that are finished, where no likelihood is reported. */
  default void windows(int windowsDone, int windows) {}
}
