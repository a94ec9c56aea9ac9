package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** A linear that holds its weights in a form of its own. */
@FunctionalInterface
public interface HeldLinear {
  /**
   * What the linear computes, but for the bias.
   *
   * @param x [rows, inputs], lent
   * @return [rows, outputs], a new array of x's manager
   */
  NDArray apply(NDArray x);
}
