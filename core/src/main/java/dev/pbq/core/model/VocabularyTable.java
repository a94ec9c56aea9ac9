package dev.pbq.core.model;

/**
 * A matrix outside of the blocks with a row for each token: the token embedding, the head, or one
 * tensor that serves as both.
 *
 * @param name full name without {@code .weight}, e.g. {@code model.embed_tokens}
 * @param rows the vocabulary
 * @param cols the width of a row
 * @param use what the model does with it
 */
public record VocabularyTable(String name, int rows, int cols, Use use) {
  /** The use of a table. */
  public enum Use {
    /** Rows are looked up. */
    EMBEDDING("embedding"),
    /** Multiplied with the outputs of the final norm. */
    HEAD("head"),
    /** Tied weights: looked up at the beginning, multiplied with at the end. */
    BOTH("tied table");

    private final String words;

    Use(String words) {
      this.words = words;
    }

    /** In words, for messages. */
    public String words() {
      return words;
    }

    /** Whether the first block's inputs come from it. */
    public boolean isEmbedding() {
      return this != HEAD;
    }

    /** Whether logits come from it. */
    public boolean isHead() {
      return this != EMBEDDING;
    }
  }

  /** Full name of the weight. */
  public String weight() {
    return name + ".weight";
  }

  /** Number of weights. */
  public long weights() {
    return (long) rows * cols;
  }
}
