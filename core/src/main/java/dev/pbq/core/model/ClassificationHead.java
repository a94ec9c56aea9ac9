package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.PbqException;
import java.util.List;

/** Everything after a classifier's last block: from one token of a text to a logit per label. */
public interface ClassificationHead extends AutoCloseable {
  /**
   * Classifies sequences.
   *
   * @param hidden float32 [sequences, tokens, hidden], output of the last block; only read
   * @param lengths tokens of each sequence; what follows them is padding
   * @return [sequences][labels]
   * @throws PbqException NUMERICAL if a logit is not finite
   */
  default float[][] logits(NDArray hidden, int[] lengths) {
    OwnedArrays.stopGradients();
    float[] flat;
    try (NDArray logits = recordLogits(hidden, lengths)) {
      flat = logits.toFloatArray();
    }
    int labels = flat.length / lengths.length;
    float[][] logits = new float[lengths.length][labels];
    for (int i = 0; i < flat.length; i++) {
      if (!Float.isFinite(flat[i])) {
        throw PbqException.numerical("a logit of the classifier is " + flat[i]);
      }
      logits[i / labels][i % labels] = flat[i];
    }
    return logits;
  }

  /**
   * Logits float32 [sequences, labels], attached to hidden's manager, which the caller owns;
   * recorded by the engine if the calling thread records, so that gradients can be computed.
   */
  NDArray recordLogits(NDArray hidden, int[] lengths);

  /** The weights that were read, lent, as {@link DecoderBlock#weights()} gives them. */
  List<NDArray> weights();

  @Override
  void close();
}
