package dev.pbq.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.KeyValueCache;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Continues a sequence of tokens, one by one. It remembers the tokens it has seen with their keys
 * and values: a sequence that begins as the last one is computed only where it differs. One thread
 * at a time.
 */
public final class Generator implements AutoCloseable {
  private final CausalModel model;
  private final WeightSource weights;
  private final ProductOperands operands;
  private final NDManager owner;
  private final TokenEmbedding embedding;
  private final LanguageHead head;
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final KeyValueCache cache;
  private final KeptRotations rotations;
  private int[] seen = {};

  /** The length of the text when its first token was computed. */
  private int firstLength;

  private Generator(
      NDManager owner,
      CausalModel model,
      WeightSource weights,
      ProductOperands operands,
      boolean resident,
      int capacity) {
    this.owner = owner;
    this.model = model;
    this.weights = weights;
    this.operands = operands;
    this.embedding = model.embedding(owner, weights);
    this.head = model.head(owner, weights);
    this.cache = KeyValueCache.of(owner, model, 1, capacity);
    this.rotations = KeptRotations.of(model);
    if (resident) {
      for (int b = 0; b < model.blocks(); b++) {
        blocks.add(model.block(owner, weights, b, operands));
      }
    }
  }

  /**
   * Loads a model; the caller owns the generator.
   *
   * @param weights not owned; must stay open as long as the generator is used
   * @param operands what happens to the operands of the blocks' products
   * @param resident whether all blocks are held in memory, or each is read again for every token
   * @param capacity tokens that sequences may have, prompt included
   * @throws PbqException USAGE if the model has fewer positions; whatever loading throws
   */
  public static Generator open(
      NDManager parent,
      CausalModel model,
      WeightSource weights,
      ProductOperands operands,
      boolean resident,
      int capacity) {
    if (capacity > model.maxPositions()) {
      throw PbqException.usage(
          "a sequence of "
              + capacity
              + " tokens is longer than the model's "
              + model.maxPositions()
              + " positions");
    }
    NDManager owner = parent.newSubManager();
    try {
      return new Generator(owner, model, weights, operands, resident, capacity);
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
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
    if (prompt.length > cache.capacity()) {
      throw PbqException.usage(
          "the prompt's "
              + prompt.length
              + " tokens are more than the "
              + cache.capacity()
              + " that there is room for");
    }
    if (!rotations.areAlike(firstLength, prompt.length)
        || !rotations.areAlike(seen.length, prompt.length)) {
      seen = new int[0];
    }
    int[] sequence = prompt;
    for (int n = 0; n < maxNewTokens; n++) {
      if (sequence.length > cache.capacity()) {
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
    cache.truncate(Math.min(common, cache.length()));
    int position = cache.length();
    // An interruption below leaves blocks of different lengths: nothing is known then.
    seen = Arrays.copyOf(sequence, position);
    if (position == 0) {
      firstLength = sequence.length;
    }
    int[] added = Arrays.copyOfRange(sequence, position, sequence.length);
    try (NDManager stage = owner.newSubManager()) {
      NDArray hidden = embedding.embed(stage, new int[][] {added}, position);
      for (int b = 0; b < model.blocks(); b++) {
        NDArray next = forward(b, hidden);
        hidden.close();
        hidden = next;
      }
      NDArray last = hidden.get(":, " + (added.length - 1) + ":, :");
      last.attach(stage);
      float[] logits = head.logits(last).toFloatArray();
      seen = sequence.clone();
      return logits;
    }
  }

  private NDArray forward(int block, NDArray hidden) {
    if (!blocks.isEmpty()) {
      return blocks.get(block).forward(hidden, cache.block(block));
    }
    try (DecoderBlock loaded = model.block(owner, weights, block, operands)) {
      return loaded.forward(hidden, cache.block(block));
    }
  }

  @Override
  public void close() {
    blocks.forEach(DecoderBlock::close);
    head.close();
    embedding.close();
    cache.close();
    owner.close();
  }
}
