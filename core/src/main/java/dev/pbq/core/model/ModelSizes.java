package dev.pbq.core.model;

/**
 * The numbers of a configuration that the shapes of a model's tensors follow from.
 *
 * @param architecture {@code model_type}
 * @param vocabulary number of tokens
 * @param hidden width of the residual stream
 * @param intermediate width inside the MLP
 * @param blocks how many
 * @param attention heads of every block
 * @param maxPositions the longest sequence
 */
record ModelSizes(
    String architecture,
    int vocabulary,
    int hidden,
    int intermediate,
    int blocks,
    AttentionShape attention,
    int maxPositions) {

  /** Outputs of a linear of this role. */
  int rows(Role role) {
    return switch (role) {
      case QUERY -> attention.heads() * attention.headDim();
      case KEY, VALUE -> attention.keyValueHeads() * attention.headDim();
      case GATE, UP, FC1 -> intermediate;
      case ATTENTION_OUT, DOWN, FC2 -> hidden;
      case QUERY_KEY_VALUE,
          QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY,
          GATE_UP ->
          throw new IllegalArgumentException("the sizes say nothing of " + role);
    };
  }

  /** Inputs of a linear of this role. */
  int cols(Role role) {
    return switch (role) {
      case QUERY, KEY, VALUE, GATE, UP, FC1 -> hidden;
      case ATTENTION_OUT -> attention.heads() * attention.headDim();
      case DOWN, FC2 -> intermediate;
      case QUERY_KEY_VALUE,
          QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY,
          GATE_UP ->
          throw new IllegalArgumentException("the sizes say nothing of " + role);
    };
  }
}
