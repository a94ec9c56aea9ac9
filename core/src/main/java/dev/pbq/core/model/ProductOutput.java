package dev.pbq.core.model;

import java.nio.FloatBuffer;

/** A callback that is given the output of a product. */
@FunctionalInterface
public interface ProductOutput {
  /** Ignores the output, which is not copied to main memory. */
  ProductOutput NONE = (y, matrices, rows, cols) -> {};

  /**
   * Called in each forward call, for attention once for every few heads, in the order of the
   * sequences and of their heads.
   *
   * @param y direct buffer in native byte order, float32 [matrices, rows, cols] row-major; valid
   *     only during the call. Outputs of linears are [sequences, tokens, outputs], their bias
   *     added; scores have a matrix [tokens, tokens] for every head of every sequence, as they come
   *     from the product: neither masked nor, in Llama, divided by the root of the head's width
   */
  void accept(FloatBuffer y, int matrices, int rows, int cols);
}
