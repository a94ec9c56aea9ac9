package dev.pbq.export.gguf.family;

import dev.pbq.core.model.InnerRole;
import dev.pbq.core.model.NormRole;
import dev.pbq.core.model.Role;

/** What llama.cpp calls the parts of a block, by their roles. */
final class PartNames {
  private PartNames() {}

  static String of(NormRole role) {
    return switch (role) {
      case ATTENTION -> "attn_norm";
      case MLP -> "ffn_norm";
      case ATTENTION_OUTPUT -> "post_attention_norm";
      case MLP_OUTPUT -> "post_ffw_norm";
    };
  }

  /**
   * The part of a linear, without an ending.
   *
   * @param inOne whether the file holds queries, keys and values of their own in one tensor
   */
  static String of(Role role, boolean inOne) {
    return switch (role) {
      case QUERY -> inOne ? "attn_qkv" : "attn_q";
      case KEY -> inOne ? "attn_qkv" : "attn_k";
      case VALUE -> inOne ? "attn_qkv" : "attn_v";
      case QUERY_KEY_VALUE -> "attn_qkv";
      case QUERY_LATENT -> "attn_q_a";
      case QUERY_FROM_LATENT -> "attn_q_b";
      case KEY_VALUE_LATENT -> "attn_kv_a_mqa";
      case KEY_VALUE_FROM_LATENT -> "attn_kv_b";
      case OUTPUT_GATE -> "attn_gate";
      case WRITE_GATE -> "ssm_beta";
      case DECAY -> "ssm_alpha";
      case ATTENTION_OUT -> "attn_output";
      case GATE -> "ffn_gate";
      case UP, FC1, GATE_UP -> "ffn_up";
      case DOWN, FC2 -> "ffn_down";
    };
  }

  /** The whole name of a tensor inside the block. */
  static String of(InnerRole role, boolean bias) {
    String ending = bias ? ".bias" : ".weight";
    return switch (role) {
      case QUERY_NORM -> "attn_q_norm" + ending;
      case KEY_NORM -> "attn_k_norm" + ending;
      case SINKS -> "attn_sinks" + ending;
      case ROUTER -> "ffn_gate_inp" + ending;
      case ROUTER_CORRECTION -> "exp_probs_b.bias";
      case SHARED_GATE -> "ffn_gate_inp_shexp" + ending;
      case QUERY_LATENT_NORM -> "attn_q_a_norm" + ending;
      case KEY_VALUE_LATENT_NORM -> "attn_kv_a_norm" + ending;
      case CONVOLUTION -> "ssm_conv1d" + ending;
      case DECAY_SHIFT -> "ssm_dt.bias";
      case DECAY_RATE -> "ssm_a";
      case STATE_NORM -> "ssm_norm" + ending;
    };
  }
}
