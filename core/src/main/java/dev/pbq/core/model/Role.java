package dev.pbq.core.model;

/**
 * What a quantizable linear layer does inside its block. Programs that treat layers differently ask
 * for the role rather than for a part of the name, and do so in a {@code switch} expression without
 * {@code default}, so that a role that is added here is missed nowhere. A block has each role once,
 * except that the experts of a mixture share their roles and are told apart by the expert's index
 * in {@link Linear}.
 */
public enum Role {
  /** Makes queries from the input of attention. */
  QUERY,
  /** Makes keys from the input of attention. */
  KEY,
  /** Makes values from the input of attention. */
  VALUE,
  /** Makes queries, keys and values at once: their rows stand in one weight. */
  QUERY_KEY_VALUE,
  /** Of latent attention: the narrow vector that queries are made of. */
  QUERY_LATENT,
  /** Of latent attention: makes queries of the narrow vector. */
  QUERY_FROM_LATENT,
  /**
   * Of latent attention: the narrow vector that keys and values are made of, and the shared key.
   */
  KEY_VALUE_LATENT,
  /** Of latent attention: makes keys and values of the narrow vector. */
  KEY_VALUE_FROM_LATENT,
  /** Of a delta rule: makes the gates of the heads' outputs. */
  OUTPUT_GATE,
  /** Of a delta rule: makes, for each head, the share of its value that is written. */
  WRITE_GATE,
  /** Of a delta rule: makes, for each head, how fast its state fades. */
  DECAY,
  /** Maps the heads' contexts back to the hidden size. */
  ATTENTION_OUT,
  /** Of a gated MLP: makes the factor that goes through the activation. */
  GATE,
  /** Of a gated MLP: makes the other factor. */
  UP,
  /** Of a gated MLP: makes both factors at once, those of the gate first. */
  GATE_UP,
  /** Of a gated MLP: maps the product back to the hidden size. */
  DOWN,
  /** Of an MLP without a gate: the first layer, before the activation. */
  FC1,
  /** Of an MLP without a gate: the second layer, back to the hidden size. */
  FC2;

  /** Whether the linear is part of attention, and not of the MLP after it. */
  public boolean isAttention() {
    return switch (this) {
      case QUERY,
          KEY,
          VALUE,
          QUERY_KEY_VALUE,
          QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY,
          ATTENTION_OUT ->
          true;
      case GATE, UP, GATE_UP, DOWN, FC1, FC2 -> false;
    };
  }
}
