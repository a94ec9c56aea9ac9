package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.model.LanguageHead;

/** A consumer of the last block's outputs for a batch of sequences. */
@FunctionalInterface
public interface HiddenStateConsumer {
  /**
   * Takes a batch.
   *
   * @param hidden float32 [sequences, tokens, hidden], valid during the call only; arrays that are
   *     made of it are closed with its manager
   * @param head valid during the call only
   */
  void accept(SequenceBatch batch, NDArray hidden, LanguageHead head);
}
