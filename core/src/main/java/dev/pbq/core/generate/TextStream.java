package dev.pbq.core.generate;

import dev.pbq.core.data.Tokenizer;
import java.util.Arrays;

/**
 * The text of a growing sequence of tokens. A character that is spread over several tokens is
 * returned only when it is complete.
 */
public final class TextStream {
  private static final String INCOMPLETE = "\uFFFD";

  private final Tokenizer tokenizer;
  private int[] ids;
  private int shown;

  /**
   * @param start tokens whose text counts as shown
   */
  public TextStream(Tokenizer tokenizer, int[] start) {
    this.tokenizer = tokenizer;
    this.ids = start.clone();
    this.shown = start.length == 0 ? 0 : tokenizer.decode(ids).length();
  }

  /** Adds a token; returns what can be shown because of it, often a word, sometimes nothing. */
  public String add(int id) {
    ids = Arrays.copyOf(ids, ids.length + 1);
    ids[ids.length - 1] = id;
    String text = tokenizer.decode(ids);
    return text.endsWith(INCOMPLETE) ? "" : advance(text);
  }

  /** What was held back. */
  public String end() {
    return ids.length == 0 ? "" : advance(tokenizer.decode(ids));
  }

  private String advance(String text) {
    if (text.length() <= shown) {
      return "";
    }
    String added = text.substring(shown);
    shown = text.length();
    return added;
  }
}
