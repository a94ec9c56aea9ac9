package dev.pbq.eval.profile;

import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.Role;
import java.util.List;
import java.util.Optional;

/**
 * The reference's names for the values that are measured in a block. {@code attn_in} and {@code
 * mlp_in} are what the first linears read, after the norm; {@code q_out k_out v_out} what the
 * projections give; {@code matmul_0_in_q matmul_0_in_k} queries and keys as they are multiplied
 * (rotated in Llama, the query scaled in OPT); {@code matmul_0_out} their product for all pairs of
 * tokens, not masked; {@code matmul_1_out} attention weights times values; {@code mlp_out} what the
 * last linear gives. Llama has {@code gate_out up_out down_in}, OPT {@code fc1_out fc2_in}.
 */
final class Operations {
  static final List<String> ORDER =
      List.of(
          "attn_in",
          "q_out",
          "k_out",
          "v_out",
          "matmul_0_in_q",
          "matmul_0_in_k",
          "matmul_0_out",
          "matmul_1_out",
          "mlp_in",
          "gate_out",
          "up_out",
          "down_in",
          "fc1_out",
          "fc2_in",
          "mlp_out");

  private Operations() {}

  /** What the input of some linears is called. */
  static String of(LinearInput input) {
    return switch (input.linears().get(0).role()) {
      case QUERY, KEY, VALUE, QUERY_KEY_VALUE -> "attn_in";
      case ATTENTION_OUT -> "matmul_1_out";
      case GATE, UP, GATE_UP, FC1 -> "mlp_in";
      case DOWN -> "down_in";
      case FC2 -> "fc2_in";
      case QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY ->
          throw new IllegalArgumentException("the reference has no name for " + input.name());
    };
  }

  /** What the output of a product is called; empty if it is not measured. */
  static Optional<String> ofOutput(Product product) {
    return switch (product.kind()) {
      case SCORES -> Optional.of("matmul_0_out");
      case LINEAR -> ofOutput(product.role().orElseThrow());
      case CONTEXT, ROTARY -> Optional.empty();
    };
  }

  private static Optional<String> ofOutput(Role role) {
    return switch (role) {
      case QUERY -> Optional.of("q_out");
      case KEY -> Optional.of("k_out");
      case VALUE -> Optional.of("v_out");
      case ATTENTION_OUT,
          QUERY_KEY_VALUE,
          QUERY_LATENT,
          QUERY_FROM_LATENT,
          KEY_VALUE_LATENT,
          KEY_VALUE_FROM_LATENT,
          OUTPUT_GATE,
          WRITE_GATE,
          DECAY,
          GATE_UP ->
          Optional.empty();
      case GATE -> Optional.of("gate_out");
      case UP -> Optional.of("up_out");
      case FC1 -> Optional.of("fc1_out");
      case DOWN, FC2 -> Optional.of("mlp_out");
    };
  }
}
