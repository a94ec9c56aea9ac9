package dev.pbq.eval;

/** A listener to an evaluation: told when its parts, such as texts and tasks, begin and end. */
@FunctionalInterface
public interface EvaluationProgress {
  /** Hears nothing. */
  EvaluationProgress SILENT = part -> ScoringProgress.SILENT;

  /**
   * A part begins.
   *
   * @param part its name, for people
   * @return the listener to the progress of the part
   */
  ScoringProgress begin(String part);

  /** The part that began last has ended, rightly or not. */
  default void end() {}
}
