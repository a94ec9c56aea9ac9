package dev.pbq.kernels.decoder;

import dev.pbq.kernels.PackedProduct;

/**
 * A linear: its product plus a bias.
 *
 * @param bias [rows], empty for none
 */
record LinearStep(PackedProduct product, float[] bias) {
  /**
   * Outputs [count, rows] of inputs [count, cols].
   *
   * @return a new array
   */
  float[] apply(float[] x, int count) {
    float[] y = new float[Math.multiplyExact(count, product.rows())];
    product.multiply(x, count, y);
    add(y);
    return y;
  }

  /** Adds the bias to every row of y [count, rows]. */
  void add(float[] y) {
    for (int at = 0; at < y.length && bias.length > 0; at += bias.length) {
      for (int i = 0; i < bias.length; i++) {
        y[at + i] += bias[i];
      }
    }
  }
}
