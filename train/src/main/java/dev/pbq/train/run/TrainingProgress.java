package dev.pbq.train.run;

/** Hears how far a run is. */
public interface TrainingProgress {
  /** Hears nothing. */
  TrainingProgress SILENT = point -> {};

  /** A step is done. */
  void step(CurvePoint point);

  /** Something that a user should know before the run has cost an hour. */
  default void warning(String message) {}
}
