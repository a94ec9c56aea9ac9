package dev.pbq.core.generate;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.CausalModel;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * Continues a sequence of tokens, one by one. It remembers the tokens it has seen with their keys
 * and values: a sequence that begins as the last one is computed only where it differs. One thread
 * at a time.
 */
public final class Generator implements AutoCloseable {
  private final TokenDecoder decoder;
  private final KeptRotations rotations;
  private int[] seen = {};

  /** The length of the text when its first token was computed. */
  private int firstLength;

  private Generator(TokenDecoder decoder, KeptRotations rotations) {
    this.decoder = decoder;
    this.rotations = rotations;
  }

  /**
   * Loads a model; the caller owns the generator.
   *
   * @param capacity tokens that sequences may have, prompt included
   * @param loading makes the decoder, which the generator closes, for so many tokens
   * @throws PbqException USAGE if the model has fewer positions; whatever loading throws
   */
  public static Generator open(
      CausalModel model, int capacity, IntFunction<? extends TokenDecoder> loading) {
    if (capacity > model.maxPositions()) {
      throw PbqException.usage(
          "a sequence of "
              + capacity
              + " tokens is longer than the model's "
              + model.maxPositions()
              + " positions");
    }
    return new Generator(loading.apply(capacity), KeptRotations.of(model));
  }

  /**
   * Generates. What is kept of the sequence before is used where the prompt begins like it and
   * turns its keys alike; keys of tokens that are generated keep the rotation of their time, as in
   * transformers.
   *
   * @param prompt at least one token
   * @param maxNewTokens at most so many are added
   * @param endTokens those that end a text; they are not shown to {@code listener}
   * @param listener is given each token as it is chosen
   * @throws PbqException USAGE if the prompt is empty or longer than the capacity
   */
  public StopReason generate(
      int[] prompt,
      int maxNewTokens,
      Set<Integer> endTokens,
      TokenSampler sampler,
      IntConsumer listener) {
    if (prompt.length == 0) {
      throw PbqException.usage("the prompt has no tokens, and the tokenizer adds none");
    }
    if (prompt.length > decoder.capacity()) {
      throw PbqException.usage(
          "the prompt's "
              + prompt.length
              + " tokens are more than the "
              + decoder.capacity()
              + " that there is room for");
    }
    if (!rotations.areAlike(firstLength, prompt.length)
        || !rotations.areAlike(seen.length, prompt.length)) {
      seen = new int[0];
    }
    int[] sequence = prompt;
    for (int n = 0; n < maxNewTokens; n++) {
      if (sequence.length > decoder.capacity()) {
        return StopReason.POSITIONS;
      }
      int next = sampler.choose(logits(sequence));
      if (endTokens.contains(next)) {
        return StopReason.END_OF_TEXT;
      }
      listener.accept(next);
      sequence = Arrays.copyOf(sequence, sequence.length + 1);
      sequence[sequence.length - 1] = next;
    }
    return StopReason.LENGTH;
  }

  /**
   * The logits of the token after a sequence.
   *
   * @return [vocabulary]
   */
  public float[] logits(int[] sequence) {
    int mismatch = Arrays.mismatch(seen, sequence);
    int common = mismatch < 0 ? sequence.length : mismatch;
    // The last token is computed in any case: its hidden state is not kept.
    common = Math.min(common, sequence.length - 1);
    decoder.truncate(Math.min(common, decoder.length()));
    int position = decoder.length();
    // An interruption below leaves it open what is remembered: no more than before.
    seen = Arrays.copyOf(sequence, position);
    if (position == 0) {
      firstLength = sequence.length;
    }
    float[] logits = decoder.logits(Arrays.copyOfRange(sequence, position, sequence.length));
    seen = sequence.clone();
    return logits;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
