package dev.pbq.core.generate;

/**
 * A model that gives the logits of the token after a growing sequence, and remembers the sequence
 * so far, so that added tokens alone are computed. One thread at a time.
 */
public interface TokenDecoder extends AutoCloseable {
  /** The longest sequence that there is room for, in tokens. */
  int capacity();

  /** Tokens that are remembered. */
  int length();

  /**
   * Forgets all but the first tokens. A model that cannot be taken back forgets more, perhaps all:
   * {@link #length} tells.
   *
   * @throws IllegalArgumentException if fewer are remembered
   */
  void truncate(int length);

  /**
   * Adds tokens behind those that are remembered. After an exception, {@link #truncate} comes
   * first.
   *
   * @param added at least one
   * @return [vocabulary], the logits of the token after the last
   * @throws dev.pbq.core.PbqException BAD_DATA for a token that is not in the vocabulary; NUMERICAL
   *     if a result is not finite; whatever reading weights throws
   */
  float[] logits(int[] added);

  @Override
  void close();
}
