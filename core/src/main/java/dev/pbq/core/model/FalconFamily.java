package dev.pbq.core.model;

import java.util.Optional;

/** Falcon in its four styles: 7B, 40B, 11B (Falcon 2) and RefinedWeb (with ALiBi). */
final class FalconFamily {
  private FalconFamily() {}

  static DecoderSpec falcon(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    int hidden = keys.hidden();
    int heads = keys.allHeads();
    keys.requireMultiple("hidden_size", hidden, "num_attention_heads", heads);
    boolean groups = config.flag("new_decoder_architecture", false);
    AttentionShape shape = shape(config, groups, heads, hidden / heads);
    boolean alibi = config.flag("alibi", false);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    double scale = 1 / Math.sqrt(shape.headDim());
    boolean bias = config.flag("bias", false);
    AttentionSpec attention =
        AttentionSpec.of(
                "self_attention",
                shape,
                HeadLinears.fused(
                    "self_attention.query_key_value",
                    "self_attention.dense",
                    shape,
                    hidden,
                    bias,
                    shape.keyValueHeads()),
                Optional.of(rotary).filter(r -> !alibi))
            .withRule(
                new ScoreRule(
                    scale,
                    0,
                    Optional.of(Alibi.of(heads, true, scale)).filter(a -> alibi),
                    Optional.empty()));
    int width = config.positive("ffn_hidden_size", 4 * hidden);
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.dense_h_to_4h",
            "mlp.dense_4h_to_h",
            hidden,
            width,
            keys.activation("activation", "gelu"),
            bias);
    return new DecoderSpec(
        keys.sizes(shape, width, 2048),
        GptFamilies.BLOOM_NAMES,
        "transformer.h",
        keys.layerNorm("layer_norm_epsilon"),
        FamilyKeys.blocks(keys.layers(), i -> block(config, groups, attention, mlp)),
        DecoderSpec.Embedding.PLAIN,
        DecoderSpec.Head.plain(keys.tied(true)),
        alibi ? Optional.empty() : Optional.of(rotary.rope()));
  }

  /** Without groups {@code num_kv_heads} does not count: there is one head of keys, or all. */
  private static AttentionShape shape(ConfigKeys config, boolean groups, int heads, int headDim) {
    if (groups) {
      return new AttentionShape(heads, config.positive("num_kv_heads", heads), headDim);
    }
    return new AttentionShape(heads, config.flag("multi_query", true) ? 1 : heads, headDim);
  }

  private static BlockSpec block(
      ConfigKeys config, boolean groups, AttentionSpec attention, MlpSpec mlp) {
    if (groups && config.positive("num_ln_in_parallel_attn", 2) == 2) {
      return BlockSpec.parallel(
          HalfSpec.before("ln_attn", attention), HalfSpec.before("ln_mlp", mlp));
    }
    if (groups || config.flag("parallel_attn", true)) {
      return BlockSpec.parallel(
          HalfSpec.before("input_layernorm", attention), HalfSpec.shared(mlp));
    }
    return FamilyKeys.llamaBlock(attention, mlp);
  }
}
