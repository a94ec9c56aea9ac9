package dev.pbq.core.model;

/** What a tensor of a block that is no linear and no norm of a residual sum is for. */
public enum InnerRole {
  /** The norm of queries: of each head, or of all together. */
  QUERY_NORM,
  /** The norm of keys. */
  KEY_NORM,
  /** For each head the logit that takes part in the softmax of the scores. */
  SINKS,
  /** The linear whose outputs choose experts. */
  ROUTER,
  /** What is added to the scores of experts for choosing alone. */
  ROUTER_CORRECTION,
  /** The linear that weighs the shared expert. */
  SHARED_GATE,
  /** Of latent attention: the norm of what queries are made of. */
  QUERY_LATENT_NORM,
  /** Of latent attention: the norm of what keys and values are made of. */
  KEY_VALUE_LATENT_NORM,
  /** Of a delta rule: the convolution over time. */
  CONVOLUTION,
  /** Of a delta rule: what is added before decays are made. */
  DECAY_SHIFT,
  /** Of a delta rule: the logarithm of each head's rate of decay. */
  DECAY_RATE,
  /** Of a delta rule: the norm of what heads read from their states. */
  STATE_NORM
}
