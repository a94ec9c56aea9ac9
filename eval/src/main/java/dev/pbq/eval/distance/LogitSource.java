package dev.pbq.eval.distance;

/** A model that can be run over windows of tokens. */
@FunctionalInterface
public interface LogitSource {
  /** Receives what the model says about consecutive predicted tokens. */
  @FunctionalInterface
  interface Rows {
    /**
     * Takes some rows.
     *
     * @param window index of the window
     * @param first index of the first predicted token among the window's, from 0
     * @param rows how many tokens
     * @param logits float32 [rows, vocabulary] from the start of the array, which the receiver may
     *     change and must not keep
     */
    void accept(int window, int first, int rows, float[] logits);
  }

  /**
   * Runs the model.
   *
   * @param windows [windows][tokens]
   * @param receiver called window by window, and in each token by token, for tokens - 1 rows: row t
   *     predicts token t + 1
   */
  void run(int[][] windows, Rows receiver);
}
