package dev.pbq.eval.sensitivity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.LanguageHead;
import java.util.List;

/**
 * What the original model ends with, which streams are compared with.
 *
 * @param states what leaves its last block, window by window
 * @param head of the original
 * @param vocabulary entries of a distribution
 * @param tokens of a window
 * @param manager parent of everything native
 */
record Ends(States states, LanguageHead head, int vocabulary, int tokens, NDManager manager) {
  /** Logits that are held at once, of the original and of a stream each. */
  private static final long LOGIT_BYTES = 32L << 20;

  /**
   * Mean divergence of each stream from the original, over all predicted tokens.
   *
   * @param names of what was quantized, one for each stream, for messages
   * @param streams what leaves the last block in them: all windows of the first, then of the next
   * @param other the head that they end with
   * @return nats, not below 0
   * @throws PbqException NUMERICAL naming what was quantized if a stream gives no probabilities
   */
  double[] losses(List<String> names, States streams, LanguageHead other) {
    Divergence divergence = new Divergence(vocabulary);
    int windows = states.windows();
    int rows = tokens - 1;
    int step = (int) Math.max(1, LOGIT_BYTES / Float.BYTES / vocabulary);
    double[] sums = new double[names.size()];
    for (int w = 0; w < windows; w++) {
      for (int first = 0; first < rows; first += step) {
        int count = Math.min(step, rows - first);
        divergence.reference(logits(states, w, first, count, head), count);
        for (int k = 0; k < sums.length; k++) {
          sums[k] += divergence.sum(logits(streams, k * windows + w, first, count, other), count);
        }
      }
    }
    for (int k = 0; k < sums.length; k++) {
      if (!Double.isFinite(sums[k])) {
        throw PbqException.numerical(
            names.get(k) + ": the model with it quantized gives no probabilities");
      }
      // Rounding of float32 logits may leave less than nothing.
      sums[k] = Math.max(0, sums[k] / ((double) windows * rows));
    }
    return sums;
  }

  private float[] logits(States from, int window, int first, int count, LanguageHead through) {
    try (NDManager scope = manager.newSubManager();
        NDArray hidden = from.window(window, scope);
        NDArray some = hidden.get(new NDIndex("0:1,{}:{}", first, first + count));
        NDArray logits = through.logits(some)) {
      return logits.toFloatArray();
    }
  }
}
