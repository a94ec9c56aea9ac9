package dev.pbq.eval.classify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.ClassificationHead;
import dev.pbq.core.model.EncoderBlock;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A classifier with all of its weights in memory, which it owns. One thread at a time. */
public final class TextClassifier implements AutoCloseable {
  // Attention ignores padding, so any token of the vocabulary will do.
  private static final int PADDING = 0;

  private final NDManager manager;
  private final TokenEmbedding embedding;
  private final List<EncoderBlock> blocks;
  private final ClassificationHead head;

  private TextClassifier(
      NDManager manager,
      TokenEmbedding embedding,
      List<EncoderBlock> blocks,
      ClassificationHead head) {
    this.manager = manager;
    this.embedding = embedding;
    this.blocks = blocks;
    this.head = head;
  }

  /**
   * Loads a model; the caller closes the result.
   *
   * @param weights not owned; must stay open as long as the classifier is used
   * @param operands what happens to the operands of the blocks' products
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the
   *     wrong shape, or not finite
   */
  public static TextClassifier load(
      EncoderClassifier model, WeightSource weights, ProductOperands operands, NDManager parent) {
    NDManager manager = parent.newSubManager();
    boolean done = false;
    try {
      TokenEmbedding embedding = model.embedding(manager, weights);
      List<EncoderBlock> blocks = new ArrayList<>();
      for (int b = 0; b < model.blocks(); b++) {
        blocks.add(model.block(manager, weights, b, operands));
      }
      ClassificationHead head = model.head(manager, weights);
      done = true;
      return new TextClassifier(manager, embedding, blocks, head);
    } finally {
      if (!done) {
        manager.close();
      }
    }
  }

  /**
   * Classifies a batch.
   *
   * @param texts token ids; shorter ones are padded to the longest
   * @return [texts][labels]
   */
  public float[][] logits(int[][] texts) {
    int width = Arrays.stream(texts).mapToInt(ids -> ids.length).max().orElseThrow();
    int[][] padded = new int[texts.length][];
    int[] lengths = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      lengths[i] = texts[i].length;
      padded[i] = Arrays.copyOf(texts[i], width);
      Arrays.fill(padded[i], lengths[i], width, PADDING);
    }
    try (NDManager scope = manager.newSubManager()) {
      NDArray hidden = embedding.embed(scope, padded);
      for (EncoderBlock block : blocks) {
        NDArray next = block.forward(hidden, lengths, LinearInputTap.NONE);
        hidden.close();
        hidden = next;
      }
      return head.logits(hidden, lengths);
    }
  }

  @Override
  public void close() {
    head.close();
    blocks.forEach(EncoderBlock::close);
    embedding.close();
    manager.close();
  }
}
