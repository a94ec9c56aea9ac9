package dev.pbq.eval.scoring;

import dev.pbq.core.PbqException;

/**
 * Tokens whose likelihood is wanted, with the tokens before them.
 *
 * @param source a list of tokens, shared and not copied
 * @param begin index of the first token that the model sees
 * @param from index of the first token that is scored; at least one comes before it
 * @param end index after the last token that is scored
 */
public record Span(int[] source, int begin, int from, int end) {
  public Span {
    if (begin < 0 || from <= begin || end <= from || end > source.length) {
      throw new IllegalArgumentException(
          "span " + begin + ", " + from + ", " + end + " of " + source.length + " tokens");
    }
  }

  /** How many tokens are scored. */
  public int scored() {
    return end - from;
  }

  /** What the model is run on: all tokens but the last, which nothing is predicted from. */
  TokenSlice input() {
    return new TokenSlice(source, begin, end - 1);
  }

  /** The scored tokens. */
  int target(int index) {
    return source[from + index];
  }

  /**
   * Checks a text's tokens.
   *
   * @throws PbqException BAD_DATA if one is outside the model's vocabulary
   */
  public static void requireVocabulary(String text, int[] ids, int vocabulary) {
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw PbqException.badData(
            "text "
                + text
                + " has token id "
                + id
                + " but the model's vocabulary has "
                + vocabulary
                + " entries: the tokenizer is another model's");
      }
    }
  }
}
