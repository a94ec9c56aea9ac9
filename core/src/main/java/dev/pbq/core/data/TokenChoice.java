package dev.pbq.core.data;

import java.nio.file.Path;

/**
 * How texts become tokens, where programs differ.
 *
 * @param addBos whether they begin with the BOS token
 * @param parseSpecialTokens whether special tokens written out in a text are read as tokens
 */
public record TokenChoice(BosRule addBos, boolean parseSpecialTokens) {
  /** As the model's own tokenizer does. */
  public static final TokenChoice DEFAULT = new TokenChoice(BosRule.AUTO, false);

  /** For text that has all its special tokens written out, as chat templates write them. */
  public static final TokenChoice TEMPLATES = new TokenChoice(BosRule.NO, true);

  /**
   * Opens a model folder's tokenizer; the caller closes it.
   *
   * @throws dev.pbq.core.PbqException as {@link Tokenizers#open} does
   */
  public Tokenizer open(Path folder) {
    return Tokenizers.open(
        folder, addBos, parseSpecialTokens ? SpecialTokenText.AS_TOKENS : SpecialTokenText.AS_TEXT);
  }
}
