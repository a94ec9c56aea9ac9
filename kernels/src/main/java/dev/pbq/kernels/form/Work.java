package dev.pbq.kernels.form;

/**
 * A product with given vectors, cut into tasks that may be done in any order and by any thread.
 * Where tasks begin does not depend on threads.
 */
public interface Work {
  /** How many tasks. */
  int tasks();

  /**
   * Does one of them: sets its rows of all results.
   *
   * @param y [count, stride] from {@code yAt} on
   * @param stride numbers from one result to the next
   */
  void run(int task, float[] y, int yAt, int stride);
}
