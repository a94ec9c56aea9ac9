package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** Cohere's Command R and Command R7B: one norm, attention and MLP side by side. */
final class CohereFamilies {
  private CohereFamilies() {}

  private static NormSpec norm(FamilyKeys keys) {
    return new NormSpec(
        NormSpec.Kind.LAYER_WITHOUT_BIAS, keys.config().positiveNumber("layer_norm_eps", 1e-5));
  }

  private static BlockSpec block(AttentionSpec attention, MlpSpec mlp) {
    return BlockSpec.parallel(HalfSpec.before("input_layernorm", attention), HalfSpec.shared(mlp));
  }

  private static DecoderSpec.Head head(FamilyKeys keys) {
    double scale = keys.config().positiveNumber("logit_scale", 0.0625);
    return new DecoderSpec.Head(keys.tied(true), false, new LogitRule(scale, 0));
  }

  /** Command R and R+. */
  static DecoderSpec cohere(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(keys.allHeads());
    RotarySpec rotary = keys.rotary(keys.rope(500000), shape.headDim(), 1, true);
    boolean bias = config.flag("attention_bias", false);
    Optional<HeadNormSpec> norms =
        Optional.of(
                new HeadNormSpec(
                    HeadNormSpec.Kind.ROWS, "self_attn.q_norm", "self_attn.k_norm", norm(keys)))
            .filter(n -> config.flag("use_qk_norm", false));
    BlockSpec block =
        block(
            LlamaFamilies.attention(keys, shape, bias, bias, rotary).withNorms(norms),
            LlamaFamilies.mlp(keys, false));
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 8192),
        norm(keys),
        FamilyKeys.blocks(keys.layers(), i -> block),
        head(keys),
        rotary.rope());
  }

  /** Command R7B: layers with a window are rotated, the others are not. */
  static DecoderSpec cohere2(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape given = keys.shape(keys.allHeads());
    AttentionShape shape =
        new AttentionShape(given.heads(), given.keyValueHeads(), keys.hidden() / given.heads());
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, true);
    boolean bias = config.flag("attention_bias", false);
    AttentionSpec attention = LlamaFamilies.attention(keys, shape, bias, bias, rotary);
    MlpSpec mlp = LlamaFamilies.mlp(keys, false);
    int pattern =
        config.positive("sliding_window_pattern", config.positive("_sliding_window_pattern", 4));
    List<Boolean> sliding = keys.sliding(i -> (i + 1) % pattern != 0);
    int window = keys.window(4096);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 8192),
        norm(keys),
        FamilyKeys.blocks(
            keys.layers(),
            i ->
                block(
                    sliding.get(i)
                        ? attention.withWindow(window)
                        : attention.withRotary(Optional.empty()),
                    mlp)),
        head(keys),
        rotary.rope());
  }
}
