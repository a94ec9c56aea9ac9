package dev.pbq.workflow.recipe;

import dev.pbq.core.data.TokenChoice;

/**
 * Which texts are read, and how.
 *
 * @param tokens how texts become tokens
 * @param calibration data of methods that need it
 * @param evaluation of the result
 */
public record TextPlan(
    TokenChoice tokens, CalibrationChoice calibration, EvaluationChoice evaluation) {
  /** The papers' calibration, no evaluation. */
  public static final TextPlan DEFAULT =
      new TextPlan(TokenChoice.DEFAULT, CalibrationChoice.DEFAULT, EvaluationChoice.NONE);
}
