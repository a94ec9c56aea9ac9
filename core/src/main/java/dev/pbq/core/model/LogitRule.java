package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * What happens to the products of the head before they are logits.
 *
 * @param factor of all products
 * @param softcap limit c of c tanh(logit / c); 0 for none
 */
record LogitRule(double factor, double softcap) {
  /** Changes nothing. */
  static final LogitRule NONE = new LogitRule(1, 0);

  /** Changes products; takes them over. */
  NDArray apply(NDArray products) {
    NDArray scaled = factor == 1 ? products : products.muli((float) factor);
    if (softcap == 0) {
      return scaled;
    }
    float cap = (float) softcap;
    try (scaled) {
      return scaled.divi(cap).tanh().muli(cap);
    }
  }
}
