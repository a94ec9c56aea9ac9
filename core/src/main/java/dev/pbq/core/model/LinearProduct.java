package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Another way to compute the product of a linear layer: how a trainer puts a layer of its own where
 * a linear stands. What it computes is recorded if the calling thread records.
 */
@FunctionalInterface
public interface LinearProduct {
  /**
   * The layer's outputs.
   *
   * @param x float32 [rows, inputs]; only read
   * @param weight float32 [outputs, inputs], as it was loaded; lent
   * @param bias float32 [outputs], lent; empty where there is none
   * @return float32 [rows, outputs], attached to the manager of {@code x}; the caller owns it
   */
  NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias);
}
