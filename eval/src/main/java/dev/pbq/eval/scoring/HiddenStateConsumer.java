package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.model.LanguageHead;

/** Takes what the last block gives for a batch of sequences. */
@FunctionalInterface
public interface HiddenStateConsumer {
  /**
   * Takes a batch.
   *
   * @param hidden float32 [sequences, tokens, hidden], lent for the call; arrays that are made of
   *     it are closed with its manager
   * @param head lent for the call
   */
  void accept(SequenceBatch batch, NDArray hidden, LanguageHead head);
}
