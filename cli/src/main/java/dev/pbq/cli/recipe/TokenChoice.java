package dev.pbq.cli.recipe;

import dev.pbq.core.data.BosRule;

/**
 * How texts become tokens.
 *
 * @param addBos whether they begin with the BOS token
 * @param parseSpecialTokens whether special tokens written out in a text are read as tokens
 */
public record TokenChoice(BosRule addBos, boolean parseSpecialTokens) {
  /** As the model's own tokenizer does. */
  public static final TokenChoice DEFAULT = new TokenChoice(BosRule.AUTO, false);
}
