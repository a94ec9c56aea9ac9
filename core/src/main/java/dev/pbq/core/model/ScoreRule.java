package dev.pbq.core.model;

import java.util.Optional;

/**
 * What happens to the products of queries and keys before they become weights.
 *
 * @param scale factor of the products
 * @param softcap limit c of c tanh(score / c); 0 for none
 * @param alibi bias by position
 * @param sinks for each head a logit that takes part in the softmax and whose weight is dropped
 */
record ScoreRule(double scale, double softcap, Optional<Alibi> alibi, Optional<float[]> sinks) {
  /** The products times a scale. */
  static ScoreRule scaled(double scale) {
    return new ScoreRule(scale, 0, Optional.empty(), Optional.empty());
  }

  /** The products over the root of the head's width. */
  static ScoreRule of(AttentionShape shape) {
    return scaled(1 / Math.sqrt(shape.headDim()));
  }

  /** Whether this is nothing but the scale that follows from the head's width. */
  boolean isPlain(AttentionShape shape) {
    return scale == 1 / Math.sqrt(shape.headDim())
        && softcap == 0
        && alibi.isEmpty()
        && sinks.isEmpty()
        && shape.valueDim() == shape.headDim();
  }
}
