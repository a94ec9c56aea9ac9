package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * A norm of queries or of keys, before they are rotated.
 *
 * @param norm of rows of {@code width}
 * @param width of what is normed: a head, or all heads together
 * @param factor [heads, headDim], where every head has a weight of its own
 */
record HeadNorm(Normalization norm, int width, Optional<NDArray> factor) {
  /** Norms x [sequences, tokens, heads, headDim] into a new array. */
  NDArray apply(NDArray x) {
    try (NDArray rows = x.reshape(new Shape(-1, width));
        NDArray normed = norm.apply(rows)) {
      NDArray y = normed.reshape(x.getShape());
      factor.ifPresent(y::muli);
      return y;
    }
  }
}
