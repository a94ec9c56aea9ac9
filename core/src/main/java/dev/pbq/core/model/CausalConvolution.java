package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

/**
 * A convolution over time, each channel for itself: a token sees itself and those just before it.
 *
 * @param weight [channels, 1, kernel]; the last entry belongs to the token itself
 */
record CausalConvolution(NDArray weight) {
  /** Tokens before the present one that are seen. */
  int tokensBefore() {
    return Math.toIntExact(weight.getShape().get(2)) - 1;
  }

  /**
   * Convolves.
   *
   * @param before [sequences, kernel - 1, channels], what stands before the first token
   * @param x [sequences, tokens, channels]
   * @param kept gets the last kernel - 1 tokens of both
   * @return as {@code x}, of the manager of {@code before}
   */
  NDArray apply(NDArray before, NDArray x, RecurrentState kept) {
    long kernel = weight.getShape().get(2);
    long tokens = x.getShape().get(1);
    try (NDArray all = NDArrays.concat(new NDList(before, x), 1);
        NDArray flat = weight.reshape(new Shape(-1, kernel));
        NDArray byTime = flat.transpose()) {
      NDArray sum = product(all, byTime, 0, tokens);
      for (int k = 1; k < kernel; k++) {
        try (NDArray added = product(all, byTime, k, tokens)) {
          sum.addi(added);
        }
      }
      try (NDArray last = HostArrays.slice(all, 1, tokens, tokens + kernel - 1)) {
        kept.accept(last);
      }
      return sum;
    }
  }

  private static NDArray product(NDArray all, NDArray byTime, long k, long tokens) {
    try (NDArray shifted = HostArrays.slice(all, 1, k, k + tokens);
        NDArray factor = HostArrays.rows(byTime, k, k + 1)) {
      return shifted.mul(factor);
    }
  }
}
