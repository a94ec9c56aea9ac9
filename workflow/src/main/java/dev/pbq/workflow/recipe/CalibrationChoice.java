package dev.pbq.workflow.recipe;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What methods that need calibration are calibrated on.
 *
 * @param text data set or file; empty for the default
 * @param samples windows
 * @param tokens of each window; empty for the model's default
 * @param seed of the windows' positions
 */
public record CalibrationChoice(Optional<String> text, int samples, OptionalInt tokens, long seed) {
  /** The papers': 128 windows, as long as the model takes. */
  public static final CalibrationChoice DEFAULT =
      new CalibrationChoice(Optional.empty(), 128, OptionalInt.empty(), 0);
}
