package dev.pbq.core.data;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Text to measure perplexity on.
 *
 * @param name the data set's name, or the file's
 * @param source the file or files it was read from
 * @param joined how the text was made of the documents, in words for people and result files
 * @param documentCount how many documents (rows, sentences) went in
 * @param sha256 of the UTF-8 text, in hexadecimal
 * @param text the text
 * @param maxWindows the tokens are cut to so many windows, if given: C4's protocol
 */
public record EvaluationText(
    String name,
    String source,
    String joined,
    int documentCount,
    String sha256,
    String text,
    OptionalInt maxWindows) {

  /** A text that comes from no file. */
  public static EvaluationText of(String name, String text) {
    return new EvaluationText(
        name, name, "one text", 1, Sha256.of(text), text, OptionalInt.empty());
  }

  /**
   * The tokens of the whole text, special tokens in front, cut to {@code maxWindows * seqlen}.
   *
   * @param seqlen tokens per window
   */
  public int[] tokens(Tokenizer tokenizer, int seqlen) {
    int[] ids = tokenizer.encode(text);
    if (maxWindows.isPresent() && (long) maxWindows.getAsInt() * seqlen < ids.length) {
      return Arrays.copyOf(ids, maxWindows.getAsInt() * seqlen);
    }
    return ids;
  }
}
