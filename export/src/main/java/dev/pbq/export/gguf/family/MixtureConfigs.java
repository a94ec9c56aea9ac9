package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What configurations of mixtures of experts have beyond {@link FamilyConfigs}. */
final class MixtureConfigs {
  private static final int SIGMOID = 2;

  private MixtureConfigs() {}

  static void mixtral(ModelKeys keys, ObjectNode config) {
    FamilyConfigs.rms(keys, config);
    config.put("num_local_experts", keys.require(KeyNames.EXPERTS));
    config.put("num_experts_per_tok", keys.require(KeyNames.EXPERTS_USED));
    config.putNull("sliding_window");
  }

  private static void putExperts(ModelKeys keys, ObjectNode config, String count) {
    FamilyConfigs.rms(keys, config);
    putCounts(keys, config, count);
  }

  private static void putCounts(ModelKeys keys, ObjectNode config, String count) {
    config.put(count, keys.require(KeyNames.EXPERTS));
    config.put("num_experts_per_tok", keys.require(KeyNames.EXPERTS_USED));
    keys.count(KeyNames.EXPERT_WIDTH).ifPresent(n -> config.put("moe_intermediate_size", n));
  }

  /** llama.cpp weighs by the scores themselves. */
  static void qwen2Moe(ModelKeys keys, ObjectNode config) {
    putExperts(keys, config, "num_experts");
    config.put("norm_topk_prob", false);
    keys.count(KeyNames.SHARED_WIDTH)
        .ifPresent(n -> config.put("shared_expert_intermediate_size", n));
    config.put("qkv_bias", keys.holds("blk.0.attn_q.bias"));
  }

  /** llama.cpp divides the weights by their sum. */
  static void qwen3Moe(ModelKeys keys, ObjectNode config) {
    putExperts(keys, config, "num_experts");
    config.put("norm_topk_prob", true);
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
  }

  /** Mixtures behind plain blocks, with experts that every token goes to. */
  static void putShared(ModelKeys keys, ObjectNode config) {
    putCounts(keys, config, "n_routed_experts");
    config.put("n_shared_experts", keys.countOrZero(KeyNames.SHARED_COUNT));
    config.put("first_k_dense_replace", keys.countOrZero(KeyNames.LEADING_DENSE));
    keys.number(KeyNames.EXPERTS_FACTOR)
        .ifPresent(f -> config.put("routed_scaling_factor", f == 0 ? 1 : f));
  }

  static void glm4Moe(ModelKeys keys, ObjectNode config) {
    FamilyConfigs.rms(keys, config);
    putShared(keys, config);
    config.put("partial_rotary_factor", FamilyConfigs.rotatedShare(keys));
    config.put("norm_topk_prob", keys.flag(KeyNames.EXPERTS_NORMALIZED).orElse(true));
    if (keys.count(KeyNames.GATING).orElse(SIGMOID) != SIGMOID) {
      throw keys.bad("its experts are not chosen by the logistic function, as the family's are");
    }
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
    config.put("use_qk_norm", keys.holds("blk.0.attn_q_norm.weight"));
  }

  static void gptOss(ModelKeys keys, ObjectNode config) {
    putExperts(keys, config, "num_local_experts");
    keys.count(KeyNames.EXPERT_WIDTH).ifPresent(n -> config.put("intermediate_size", n));
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
    config.put("sliding_window", keys.countOrZero(KeyNames.WINDOW));
    if (config.path(RopeConfig.SCALING) instanceof ObjectNode scaling) {
      scaling.put("truncate", false);
    }
  }
}
