package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** DeepSeek V2 and V3: latent attention, and mixtures behind some plain layers. */
final class DeepseekFamilies {
  private DeepseekFamilies() {}

  /** DeepSeek V2: softmax scores, the best groups by their best expert. */
  static DecoderSpec v2(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    boolean grouped =
        config
            .oneOf("topk_method", List.of("greedy", "group_limited_greedy"))
            .equals("group_limited_greedy");
    Routing routing =
        new Routing(
            Routing.Scoring.SOFTMAX,
            config.positive("num_experts_per_tok", 6),
            false,
            config.positiveNumber("routed_scaling_factor", 1),
            grouped ? config.positive("n_group") : 1,
            grouped ? config.positive("topk_group") : 1,
            1);
    int width = config.positive("moe_intermediate_size", 1407);
    MixtureSpec mixture =
        shared(
            keys,
            Experts.separate(
                "mlp.gate",
                keys,
                config.positive("n_routed_experts", 64),
                width,
                keys.activation("hidden_act", "silu"),
                routing),
            2,
            width);
    return model(keys, mixture, 0, true, 11008);
  }

  /** DeepSeek V3: logistic scores and a correction that only chooses. */
  static DecoderSpec v3(FamilyKeys keys) {
    MixtureSpec mixture = corrected(keys, 256, 1, 8, 4, 8, 2048, 2.5);
    boolean pairs = keys.config().flag("rope_interleave", true);
    return model(keys, mixture, 3, pairs, 18432);
  }

  /** A mixture routed as DeepSeek-V3's, with defaults of the family. */
  static MixtureSpec corrected(
      FamilyKeys keys,
      int experts,
      int sharedExperts,
      int groups,
      int keptGroups,
      int perToken,
      int intermediate,
      double factor) {
    ConfigKeys config = keys.config();
    Routing routing =
        new Routing(
            Routing.Scoring.SIGMOID,
            config.positive("num_experts_per_tok", perToken),
            config.flag("norm_topk_prob", true),
            config.positiveNumber("routed_scaling_factor", factor),
            config.positive("n_group", groups),
            config.positive("topk_group", keptGroups),
            2);
    int width = config.positive("moe_intermediate_size", intermediate);
    MixtureSpec mixture =
        Experts.separate(
                "mlp.gate",
                keys,
                config.positive("n_routed_experts", config.positive("num_local_experts", experts)),
                width,
                keys.activation("hidden_act", "silu"),
                routing)
            .withCorrection("mlp.gate.e_score_correction_bias");
    return shared(keys, mixture, sharedExperts, width);
  }

  private static MixtureSpec shared(
      FamilyKeys keys, MixtureSpec mixture, int sharedExperts, int width) {
    int count = keys.config().nonNegative("n_shared_experts", sharedExperts);
    if (count == 0) {
      return mixture;
    }
    MlpSpec mlp =
        MlpSpec.gated(
            "mlp.shared_experts",
            keys.hidden(),
            count * width,
            keys.activation("hidden_act", "silu"),
            false);
    return mixture.withShared(mlp, Optional.empty());
  }

  private static DecoderSpec model(
      FamilyKeys keys, MixtureSpec mixture, int plainLayers, boolean pairs, int intermediate) {
    ConfigKeys config = keys.config();
    // An explicit null means that queries are made at once.
    int queryRank = config.isDeclared("q_lora_rank") ? config.nonNegative("q_lora_rank", 0) : 1536;
    LatentSizes sizes =
        new LatentSizes(
            config.positive("num_attention_heads"),
            queryRank,
            config.positive("kv_lora_rank", 512),
            config.positive("qk_nope_head_dim", 128),
            config.positive("qk_rope_head_dim", 64),
            config.positive("v_head_dim", 128));
    RopeReader rope = keys.rope(10000);
    RotarySpec rotary = keys.rotary(rope, sizes.turning(), 1, pairs);
    LatentSpec attention =
        new LatentSpec(
            "self_attn",
            keys.hidden(),
            sizes,
            config.flag("attention_bias", false),
            rotary,
            rope.scoreFactor() / Math.sqrt(sizes.still() + sizes.turning()));
    int width = config.positive("intermediate_size", intermediate);
    MlpSpec plain =
        MlpSpec.gated("mlp", keys.hidden(), width, keys.activation("hidden_act", "silu"), false);
    int firstMixture = config.nonNegative("first_k_dense_replace", plainLayers);
    return keys.decoder(
        keys.sizes(sizes.shape(), width, 2048),
        keys.rms(1e-6),
        FamilyKeys.blocks(
            keys.layers(),
            i -> FamilyKeys.llamaBlock(attention, i < firstMixture ? plain : mixture)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }
}
