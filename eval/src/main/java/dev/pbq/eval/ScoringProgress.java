package dev.pbq.eval;

/** A listener to the progress of an evaluation. */
public interface ScoringProgress {
  /** Hears nothing. */
  ScoringProgress SILENT = new ScoringProgress() {};

  /** Windows that went through a block, where the model is evaluated block by block. */
  default void block(int block, int blocks, int windowsDone, int windows) {}

  /** Windows whose likelihood is known, and the mean so far in nats per token. */
  default void scored(int windowsDone, int windows, double meanNll) {}

  /** Windows that are finished, where no likelihood is reported. */
  default void windows(int windowsDone, int windows) {}
}
