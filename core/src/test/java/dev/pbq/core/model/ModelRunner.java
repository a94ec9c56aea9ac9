package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** A whole model in memory, for tests. */
final class ModelRunner implements AutoCloseable {
  private final NDManager manager = Engines.newManager();
  private final TokenEmbedding embedding;
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final LanguageHead head;

  ModelRunner(CausalModel model, WeightSource weights) {
    embedding = model.embedding(manager, weights);
    for (int i = 0; i < model.blocks(); i++) {
      blocks.add(model.block(manager, weights, i));
    }
    head = model.head(manager, weights);
  }

  NDManager manager() {
    return manager;
  }

  List<DecoderBlock> blocks() {
    return blocks;
  }

  /** Output of the last block. */
  NDArray hidden(NDManager owner, int[][] ids) {
    NDArray x = embedding.embed(owner, ids);
    for (DecoderBlock block : blocks) {
      try (NDArray input = x) {
        x = block.forward(input, LinearInputTap.NONE);
      }
    }
    return x;
  }

  /** [sequences * tokens * vocabulary]. */
  float[] logits(int[][] ids) {
    try (NDManager scope = manager.newSubManager()) {
      return head.logits(hidden(scope, ids)).toFloatArray();
    }
  }

  float[][] nll(int[][] ids) {
    try (NDManager scope = manager.newSubManager()) {
      return head.nextTokenNll(hidden(scope, ids), ids);
    }
  }

  @Override
  public void close() {
    head.close();
    blocks.forEach(DecoderBlock::close);
    embedding.close();
    manager.close();
  }
}
