package dev.pbq.train.run;

/** Hears how far a run is. */
public interface TrainingProgress {
  /** Hears nothing. */
  TrainingProgress SILENT = point -> {};

  /** A step is done. */
  void step(CurvePoint point);

  /** Whether the run shall end after this step, with its state saved. Asked after every step. */
  default boolean stops() {
    return false;
  }

  /** So many of the texts that the teacher writes are done. */
  default void written(int texts, int all) {}

  /** What the run trains with is known. */
  default void begins(TrainingSettings settings) {}

  /** Something that a user should know before the run has cost an hour. */
  default void warning(String message) {}
}
