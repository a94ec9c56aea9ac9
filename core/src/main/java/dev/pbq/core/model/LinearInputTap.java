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

  /**
   * Whether {@link #accept} makes anything of an expert's input: in {@link DecoderBlock#forwardTo},
   * experts none of whose inputs is wanted are not computed.
   */
  default boolean wants(LinearInput input) {
    return true;
  }

  /** Whether {@link #residual} shall be called for an input. */
  default boolean wantsResidual(LinearInput input) {
    return false;
  }

  /**
   * Called right before {@link #accept} of an input whose only linear writes into the residual
   * stream: the block goes on with r + factor y, where y is the linear's output. Never called where
   * something else than a factor stands between (a norm, a gate, the router of a mixture).
   *
   * @param input which input
   * @param r as x of {@link #accept}, but [sequences * tokens, hidden]: the residual stream before
   *     the addition
   * @param factor of what is added, 1 in most families
   * @param tokens rows of r
   */
  default void residual(LinearInput input, FloatBuffer r, float factor, int tokens) {}
}
