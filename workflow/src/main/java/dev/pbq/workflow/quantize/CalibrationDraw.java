package dev.pbq.workflow.quantize;

import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.data.CalibrationSampler;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.source.BuiltIn;
import dev.pbq.workflow.source.Texts;
import java.util.function.IntConsumer;

/**
 * Draws the calibration windows of a recipe for a model, as the reference programs do.
 *
 * @param resolved the model, whose folder has the tokenizer
 * @param model its architecture, which limits the length of a window
 * @param texts where texts are found
 * @param tokens how texts become tokens
 */
public record CalibrationDraw(
    ResolvedModel resolved, TransformerModel model, Texts texts, TokenChoice tokens) {
  /**
   * Draws the windows of a choice.
   *
   * @throws dev.pbq.core.PbqException USAGE for a number or length of windows that makes no sense;
   *     NOT_FOUND or BAD_DATA for the text, also if it has too few tokens
   */
  public Calibration draw(CalibrationChoice choice) {
    return draw(choice, size -> {});
  }

  /**
   * As the other.
   *
   * @param vocabulary is told how many ids the tokenizer has
   */
  Calibration draw(CalibrationChoice choice, IntConsumer vocabulary) {
    CalibrationText text = texts.calibration(text(choice, resolved));
    try (Tokenizer tokenizer = tokens.open(resolved.folder())) {
      vocabulary.accept(tokenizer.vocabularySize());
      return CalibrationSampler.draw(
          text, tokenizer, choice.requireSamples(), choice.tokens(model), choice.seed());
    }
  }

  /** The text of a choice: where none is given, c4 as in the papers' commands, or the built-in. */
  public static String text(CalibrationChoice choice, ResolvedModel resolved) {
    return choice.text().orElseGet(() -> BuiltIn.defaultText(resolved, "c4"));
  }
}
