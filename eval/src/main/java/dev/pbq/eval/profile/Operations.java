package dev.pbq.eval.profile;

import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.Product;
import java.util.List;
import java.util.Optional;

/**
 * The reference's names of what is measured in a block. {@code attn_in} and {@code mlp_in} are what
 * the first linears read, after the norm; {@code q_out k_out v_out} what the projections give;
 * {@code matmul_0_in_q matmul_0_in_k} queries and keys as they are multiplied (rotated in Llama,
 * the query scaled in OPT); {@code matmul_0_out} their product for all pairs of tokens, not masked;
 * {@code matmul_1_out} attention weights times values; {@code mlp_out} what the last linear gives.
 * Llama has {@code gate_out up_out down_in}, OPT {@code fc1_out fc2_in}.
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
    String linear = lastPart(input.linears().get(0));
    return switch (linear) {
      case "q_proj" -> "attn_in";
      case "o_proj", "out_proj" -> "matmul_1_out";
      case "gate_proj", "fc1" -> "mlp_in";
      case "down_proj" -> "down_in";
      case "fc2" -> "fc2_in";
      default -> throw new IllegalArgumentException("no name for the input of " + linear);
    };
  }

  /** What the output of a product is called; empty if it is not measured. */
  static Optional<String> ofOutput(Product product) {
    if (product.kind() == Product.Kind.SCORES) {
      return Optional.of("matmul_0_out");
    }
    if (product.kind() != Product.Kind.LINEAR) {
      return Optional.empty();
    }
    return switch (lastPart(product.path())) {
      case "q_proj" -> Optional.of("q_out");
      case "k_proj" -> Optional.of("k_out");
      case "v_proj" -> Optional.of("v_out");
      case "gate_proj" -> Optional.of("gate_out");
      case "up_proj" -> Optional.of("up_out");
      case "fc1" -> Optional.of("fc1_out");
      case "down_proj", "fc2" -> Optional.of("mlp_out");
      default -> Optional.empty();
    };
  }

  /** {@code q_proj} of {@code model.layers.0.self_attn.q_proj}. */
  static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
