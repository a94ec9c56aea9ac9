package dev.pbq.kernels.decoder;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Exponential;
import java.util.Optional;

/**
 * What makes logits of the outputs of the last block.
 *
 * @param factor of the products
 * @param softcap limit of the logits; 0 for none
 */
record HeadStep(
    Optional<NormStep> norm,
    Optional<LinearStep> projection,
    LinearStep table,
    float factor,
    float softcap) {
  private static final int LOGITS_PER_TASK = 1 << 14;

  /** Logits [count, vocabulary] of hidden states [count, hidden]. */
  float[] apply(float[] hidden, int count) {
    float[] states = norm.isPresent() ? norm.get().apply(hidden) : hidden;
    if (projection.isPresent()) {
      states = projection.get().apply(states, count);
    }
    float[] logits = table.apply(states, count);
    if (factor != 1 || softcap != 0) {
      Parallel.forEachRange(logits.length, LOGITS_PER_TASK, (from, to) -> limit(logits, from, to));
    }
    return logits;
  }

  private void limit(float[] logits, int from, int to) {
    for (int i = from; i < to; i++) {
      float logit = logits[i] * factor;
      logits[i] = softcap == 0 ? logit : softcap * Exponential.tanh(logit / softcap);
    }
  }
}
