package dev.pbq.core.data;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Turns text into the ids of a model's vocabulary and back. Implementations may hold native memory:
 * who opens one closes it. Encoding and decoding may be called from several threads.
 */
public interface Tokenizer extends AutoCloseable {
  /**
   * The ids of the whole text, with the special tokens of the model: for Llama and OPT exactly one
   * beginning-of-sequence token, at the very start; for BERT [CLS] in front and [SEP] behind.
   * Nothing is truncated or padded.
   */
  default int[] encode(String text) {
    return encode(text, true);
  }

  /** As {@link #encode(String)}; the special tokens are left out if not asked for. */
  int[] encode(String text, boolean addSpecialTokens);

  /**
   * As {@link #encode(String)}, of at most {@code maxTokens} ids: where they are more, the text's
   * last ones are left out, the special tokens around it stay.
   *
   * @throws IllegalArgumentException if not even the special tokens fit
   */
  default int[] encodeTruncated(String text, int maxTokens) {
    int[] bare = encode(text, false);
    Surroundings around = surroundings();
    int kept = maxTokens - around.prefix().length - around.suffix().length;
    if (kept < 0) {
      throw new IllegalArgumentException("no room for special tokens in " + maxTokens);
    }
    return around.around(Arrays.copyOf(bare, Math.min(kept, bare.length)));
  }

  /** The text of the ids; special tokens leave no trace in it. */
  String decode(int[] ids);

  /** A token as the vocabulary spells it; "" for an id without one. */
  String piece(int id);

  /** The special tokens that {@link #encode(String)} puts around a text. */
  Surroundings surroundings();

  /** One more than the highest id. */
  int vocabularySize();

  /** The id of the beginning-of-sequence token, if the vocabulary has one. */
  OptionalInt bosTokenId();

  /** The id of the end-of-sequence token, if the vocabulary has one. */
  OptionalInt eosTokenId();

  /** SHA-256 over the files that the tokenizer was made from, in hexadecimal. */
  String fingerprint();

  @Override
  void close();
}
