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
    if (factor != 1) {
      try (NDArray scale = HostArrays.scalar(products.getManager(), factor)) {
        products.muli(scale);
      }
    }
    if (softcap == 0) {
      return products;
    }
    try (products;
        NDArray cap = HostArrays.scalar(products.getManager(), softcap);
        NDArray limited = products.divi(cap).tanh()) {
      return limited.mul(cap);
    }
  }
}
