package dev.pbq.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.KeyValueCache;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** A decoder whose blocks run on the engine, with float32 weights. */
public final class EngineDecoder implements TokenDecoder {
  private final CausalModel model;
  private final WeightSource weights;
  private final ProductOperands operands;
  private final NDManager owner;
  private final TokenEmbedding embedding;
  private final LanguageHead head;
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final KeyValueCache cache;

  private EngineDecoder(
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
    if (resident) {
      for (int b = 0; b < model.blocks(); b++) {
        blocks.add(model.block(owner, weights, b, operands));
      }
    }
  }

  /**
   * Loads a model; the caller owns the decoder.
   *
   * @param weights not owned; must stay open as long as the decoder is used
   * @param operands what happens to the operands of the blocks' products
   * @param resident whether all blocks are held in memory, or each is read again for every token
   * @param capacity tokens that sequences may have; no more than the model has positions
   * @throws dev.pbq.core.PbqException whatever loading throws
   */
  public static EngineDecoder open(
      NDManager parent,
      CausalModel model,
      WeightSource weights,
      ProductOperands operands,
      boolean resident,
      int capacity) {
    NDManager owner = parent.newSubManager();
    try {
      return new EngineDecoder(owner, model, weights, operands, resident, capacity);
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  @Override
  public int capacity() {
    return cache.capacity();
  }

  @Override
  public int length() {
    return cache.length();
  }

  @Override
  public void truncate(int length) {
    cache.truncate(length);
  }

  @Override
  public float[] logits(int[] added) {
    try (NDManager stage = owner.newSubManager()) {
      NDArray hidden = embedding.embed(stage, new int[][] {added}, cache.length());
      for (int b = 0; b < model.blocks(); b++) {
        NDArray next = forward(b, hidden);
        hidden.close();
        hidden = next;
      }
      NDArray last = hidden.get(":, " + (added.length - 1) + ":, :");
      last.attach(stage);
      return head.logits(last).toFloatArray();
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
