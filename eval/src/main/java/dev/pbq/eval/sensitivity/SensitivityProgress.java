package dev.pbq.eval.sensitivity;

/** A listener to a measurement of sensitivities; called from the thread that measures. */
public interface SensitivityProgress {
  /** A linear is measured. */
  void measured(LinearSensitivity sensitivity);

  /**
   * Work went on.
   *
   * @param block index of the block whose linears are measured
   * @param blocks how many there are
   * @param share of all of the work that is done, 0 to 1
   */
  void done(int block, int blocks, double share);
}
