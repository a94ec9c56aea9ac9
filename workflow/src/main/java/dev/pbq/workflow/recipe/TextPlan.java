package dev.pbq.workflow.recipe;

import dev.pbq.core.data.TokenChoice;
import java.util.Optional;

/**
 * The part of a recipe about texts: which are read, and how they become tokens.
 *
 * @param tokens how texts become tokens
 * @param calibration data of methods that need it
 * @param evaluation of the result
 * @param textField field or column that holds the texts in files of one's own; empty for the
 *     default
 */
public record TextPlan(
    TokenChoice tokens,
    CalibrationChoice calibration,
    EvaluationChoice evaluation,
    Optional<String> textField) {
  /** The papers' calibration, no evaluation. */
  public static final TextPlan DEFAULT =
      new TextPlan(
          TokenChoice.DEFAULT, CalibrationChoice.DEFAULT, EvaluationChoice.NONE, Optional.empty());
}
