package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.BlockCache;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The hidden states of a batch on their way through the blocks. Its arrays are the manager's. */
final class BatchStates {
  private final NDManager manager;
  private final PlannedBatch batch;
  private final List<NDArray> states;

  /**
   * @param states float32 [sequences, tokens, hidden] in the order of {@link #ids}
   */
  BatchStates(NDManager manager, PlannedBatch batch, List<NDArray> states) {
    this.manager = manager;
    this.batch = batch;
    this.states = new ArrayList<>(states);
  }

  /** What enters the first block. */
  static BatchStates embedded(NDManager manager, PlannedBatch batch, TokenEmbedding embedding) {
    List<NDArray> states = new ArrayList<>();
    if (batch.shares()) {
      states.add(embedding.embed(manager, batch.beginnings()));
    }
    for (PlannedBatch.Part part : batch.parts()) {
      states.add(embedding.embed(manager, part.sequences().ids(), batch.start()));
    }
    return new BatchStates(manager, batch, states);
  }

  /** The tokens of a batch: the beginnings, if there are any, and each part. */
  static List<int[][]> ids(PlannedBatch batch) {
    List<int[][]> ids = new ArrayList<>();
    if (batch.shares()) {
      ids.add(batch.beginnings());
    }
    batch.parts().forEach(part -> ids.add(part.sequences().ids()));
    return ids;
  }

  /** Lent, in the order of {@link #ids}. */
  List<NDArray> states() {
    return states;
  }

  /** Runs a block. What it keeps of the beginnings is gone afterwards. */
  void advance(CausalModel model, int index, DecoderBlock block) {
    if (!batch.shares()) {
      replace(0, hidden -> block.forward(hidden, LinearInputTap.NONE));
      return;
    }
    try (NDManager kept = manager.newSubManager()) {
      BlockCache cache = model.cache(kept, index, batch.beginnings().length, batch.start());
      replace(0, hidden -> block.forward(hidden, cache));
      for (int p = 0; p < batch.parts().size(); p++) {
        PlannedBatch.Part part = batch.parts().get(p);
        try (NDManager own = kept.newSubManager()) {
          int end = batch.start() + part.sequences().tokens();
          BlockCache fork = cache.fork(own, part.beginnings(), end);
          replace(p + 1, hidden -> block.forward(hidden, fork));
        }
      }
    }
  }

  private void replace(int index, UnaryOperator<NDArray> step) {
    try (NDArray before = states.get(index)) {
      states.set(index, step.apply(before));
    }
  }

  /** Hands on what came out of the last block. */
  void show(LanguageHead head, HiddenStateConsumer consumer) {
    int first = batch.shares() ? 1 : 0;
    for (int p = 0; p < batch.parts().size(); p++) {
      consumer.accept(batch.parts().get(p).sequences(), states.get(first + p), head);
    }
  }
}
