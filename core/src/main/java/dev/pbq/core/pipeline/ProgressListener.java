package dev.pbq.core.pipeline;

/**
 * A listener to the progress of a run. Called from the thread that runs it; must return quickly.
 */
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener SILENT = new ProgressListener() {};

  /**
   * Sensitivities of linears are being measured, before a run that shares bits among them.
   *
   * @param block index of the block whose linears are measured
   * @param share of the work that is done, 0 to 1
   */
  default void measuring(int block, int blocks, double share) {}

  /** A fact about the run that is worth keeping in view, in one line. */
  default void told(String line) {}

  /** The run starts, or resumes with {@code finishedBlocks} of {@code blocks} done before. */
  default void started(int blocks, int finishedBlocks) {}

  /**
   * A new activity inside a block: {@code calibrating}, {@code quantizing}, {@code propagating},
   * {@code correcting}.
   */
  default void phase(int block, String activity) {}

  /** {@code done} of {@code total} calibration windows went through the block in this phase. */
  default void windows(int block, int done, int total) {}

  /** A linear was quantized. */
  default void linearDone(LinearOutcome outcome) {}

  /** A table outside of the blocks was quantized. */
  default void tableDone(LinearOutcome outcome) {}

  /** A block is finished, stored and journaled. */
  default void blockDone(int block, double seconds) {}

  /** The output directory is being put together. */
  default void assembling() {}
}
