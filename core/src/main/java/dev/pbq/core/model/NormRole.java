package dev.pbq.core.model;

/**
 * Which residual sum of a block a norm belongs to. The model's class decides whether the norm comes
 * before the sublayer or after the sum.
 */
public enum NormRole {
  /** The norm of attention's residual sum. */
  ATTENTION,
  /** The norm of the MLP's residual sum. */
  MLP,
  /** The second norm of attention's residual sum: of what attention adds. */
  ATTENTION_OUTPUT,
  /** The second norm of the MLP's residual sum: of what the MLP adds. */
  MLP_OUTPUT
}
