package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.KeyValueCache;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** The model that a student learns from: its weights never change. Owns them; one thread. */
public final class Teacher implements AutoCloseable {
  private final NDManager owner;
  private final TokenEmbedding embedding;
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final LanguageHead head;

  /** Loads a model; {@code weights} are lent for this object's life. */
  public Teacher(NDManager parent, CausalModel model, WeightSource weights) {
    owner = parent.newSubManager();
    embedding = model.embedding(owner, weights);
    for (int b = 0; b < model.blocks(); b++) {
      blocks.add(model.block(owner, weights, b));
    }
    head = model.head(owner, weights);
  }

  /**
   * What a teacher says of a batch; the arrays belong to the manager they were asked for with.
   *
   * @param inputs the input of every block, [sequences, tokens, hidden] each
   * @param logits [sequences, tokens, vocabulary]
   */
  record Signals(List<NDArray> inputs, NDArray logits) {}

  /** Runs a batch. */
  Signals signals(NDManager manager, int[][] ids) {
    List<NDArray> inputs = new ArrayList<>();
    NDArray hidden = embedding.embed(manager, ids);
    for (DecoderBlock block : blocks) {
      inputs.add(hidden);
      hidden = block.forward(hidden, LinearInputTap.NONE);
    }
    return new Signals(inputs, head.logits(hidden));
  }

  /**
   * The logits after sequences that continue those in a cache, [sequences, 1, vocabulary]; they
   * belong to {@code manager}.
   */
  public NDArray lastLogits(NDManager manager, int[][] ids, KeyValueCache cache) {
    NDArray hidden = embedding.embed(manager, ids, cache.length());
    for (int b = 0; b < blocks.size(); b++) {
      hidden = blocks.get(b).forward(hidden, cache.block(b));
    }
    NDArray last = hidden.get(":, " + (ids[0].length - 1) + ":, :");
    last.attach(manager);
    return head.logits(last);
  }

  @Override
  public void close() {
    owner.close();
  }
}
