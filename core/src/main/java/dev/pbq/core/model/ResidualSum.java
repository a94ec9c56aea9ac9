package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * One of the two residual sums of a block: x + f(norm(x)), or norm(x + f(x)).
 *
 * @param normBefore which of the two
 */
record ResidualSum(Normalization norm, boolean normBefore, Sublayer sublayer) {

  /**
   * Runs the half.
   *
   * @param x [sequences * tokens, hidden]; only read
   * @return as {@code x}, a new array of x's manager
   */
  NDArray apply(NDArray x, InputTap tap) {
    if (!normBefore) {
      try (NDArray sum = sublayer.apply(x, tap).addi(x)) {
        return norm.apply(sum);
      }
    }
    try (NDArray normed = norm.apply(x)) {
      return sublayer.apply(normed, tap).addi(x);
    }
  }

  /** As {@link #apply}, but only as far as {@code last}, which is one of the sublayer's inputs. */
  void applyTo(LinearInput last, NDArray x, InputTap tap) {
    if (!normBefore) {
      sublayer.applyTo(last, x, tap);
      return;
    }
    try (NDArray normed = norm.apply(x)) {
      sublayer.applyTo(last, normed, tap);
    }
  }
}
