package dev.pbq.core.model;

import java.nio.FloatBuffer;

/** Changes an operand in place. */
@FunctionalInterface
public interface OperandTransform {
  /** Changes nothing; the operand is not even brought to main memory. */
  OperandTransform NONE = (x, matrices, rows, cols) -> {};

  /**
   * Called once when a block is made for weights, biases and rotary tables (again for another
   * sequence length), and in each forward call for everything else.
   *
   * @param x direct buffer in native byte order, float32 [matrices, rows, cols] row-major from
   *     position 0; valid only during the call. Inputs of linears are [sequences, tokens,
   *     features], weights [1, outputs, inputs], biases [1, 1, outputs]; queries and attention
   *     weights have a matrix [tokens, ...] for every head of every sequence, keys come transposed,
   *     [headDim, tokens], and like values once for every head that has its own; tables are [1,
   *     tokens, headDim], cosines and sines in separate calls
   */
  void apply(FloatBuffer x, int matrices, int rows, int cols);

  /**
   * Whether gradients pass the change as if there were none, wherever the engine records (the
   * straight-through estimator); if not, what is changed is a constant there.
   */
  default boolean passesGradients() {
    return true;
  }
}
