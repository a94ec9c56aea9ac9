package dev.pbq.core.model;

import java.nio.FloatBuffer;

/** A callback that is given the input of every group of linears while a block runs. */
@FunctionalInterface
public interface LinearInputTap {
  /** Ignores every input. */
  LinearInputTap NONE = (input, x, sequences, tokensPerSequence) -> {};

  /**
   * Called once per {@link LinearInput} and forward call, before the linears run; of an expert to
   * which no token was routed, not at all.
   *
   * @param input which input
   * @param x direct buffer in native byte order, float32 [sequences * tokensPerSequence, features]
   *     row-major; valid only during the call
   */
  void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence);

  /**
   * Whether an expert's input shall be shown for every token, as if the router sent it all of them,
   * instead of for the tokens routed to it.
   */
  default boolean everyToken(LinearInput input) {
    return false;
  }
}
