package dev.pbq.eval;

/** Hears of the parts of an evaluation, such as texts and tasks, as they begin and end. */
@FunctionalInterface
public interface EvaluationProgress {
  /** Hears nothing. */
  EvaluationProgress SILENT = part -> ScoringProgress.SILENT;

  /**
   * A part begins.
   *
   * @param part its name, for people
   * @return what hears how far the part is
   */
  ScoringProgress begin(String part);

  /** The part that began last has ended, rightly or not. */
  default void end() {}
}
