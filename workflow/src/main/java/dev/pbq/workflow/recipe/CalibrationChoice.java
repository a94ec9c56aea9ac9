package dev.pbq.workflow.recipe;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.eval.protocol.GptqProtocol;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The calibration windows of a recipe: text, number, length and seed.
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

  /**
   * The windows asked for.
   *
   * @throws PbqException USAGE if there are none
   */
  public int requireSamples() {
    if (samples < 1) {
      throw PbqException.setting("{nsamples} %s is not at least 1", samples);
    }
    return samples;
  }

  /**
   * Tokens per window for a model: those asked for, or 2048, or as many as the model has positions
   * for.
   *
   * @throws PbqException USAGE if the model does not take so many
   */
  public int tokens(TransformerModel model) {
    int length = tokens.orElseGet(() -> GptqProtocol.defaultSeqlen(model));
    if (length < 1 || length > model.maxPositions()) {
      throw PbqException.setting(
          "{seqlen} %s is not between 1 and the model's %s", length, model.maxPositions());
    }
    return length;
  }
}
