package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** Everything after an encoder's last block: from the first token to a logit for each label. */
public interface ClassificationHead extends AutoCloseable {
  /**
   * Classifies sequences.
   *
   * @param hidden float32 [sequences, tokens, hidden], output of the last block; only read
   * @return [sequences][labels]
   * @throws dev.pbq.core.PbqException NUMERICAL if a logit is not finite
   */
  float[][] logits(NDArray hidden);

  @Override
  void close();
}
