package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** Gemma 1 to 3. */
final class GemmaFamilies {
  private GemmaFamilies() {}

  private static NormSpec norm(FamilyKeys keys) {
    return new NormSpec(
        NormSpec.Kind.RMS_PLUS_ONE, keys.config().positiveNumber("rms_norm_eps", 1e-6));
  }

  private static MlpSpec mlp(FamilyKeys keys, ActivationFunction activation) {
    return MlpSpec.gated("mlp", keys.hidden(), keys.intermediate(), activation, false);
  }

  private static AttentionSpec attention(FamilyKeys keys, AttentionShape shape, RotarySpec rotary) {
    boolean bias = keys.config().flag("attention_bias", false);
    return LlamaFamilies.attention(keys, shape, bias, bias, rotary);
  }

  private static DecoderSpec.Embedding embedding(FamilyKeys keys) {
    return DecoderSpec.Embedding.scaled((float) Math.sqrt(keys.hidden()));
  }

  /** Gemma 1; the activation is gelu by tanh, whatever old configurations say. */
  static DecoderSpec gemma(FamilyKeys keys) {
    AttentionShape shape = keys.shape(keys.allHeads(), 256);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    BlockSpec block =
        FamilyKeys.llamaBlock(
            attention(keys, shape, rotary), mlp(keys, ActivationFunction.GELU_TANH));
    return keys.decoder(
            keys.sizes(shape, keys.intermediate(), 8192),
            norm(keys),
            FamilyKeys.blocks(keys.layers(), i -> block),
            DecoderSpec.Head.plain(keys.tied(true)),
            rotary.rope())
        .withEmbedding(embedding(keys));
  }

  /** Gemma 2: norms on both sides, limited scores and logits, windows in every other layer. */
  static DecoderSpec gemma2(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(4, 256);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    ScoreRule rule =
        new ScoreRule(
            scale(config),
            cap(config, "attn_logit_softcapping", 50),
            Optional.empty(),
            Optional.empty());
    AttentionSpec attention = attention(keys, shape, rotary).withRule(rule);
    MlpSpec mlp = mlp(keys, keys.activation("hidden_activation", "gelu_pytorch_tanh"));
    List<Boolean> sliding = keys.sliding(i -> (i + 1) % 2 == 1);
    int window = keys.window(4096);
    return keys.decoder(
            keys.sizes(shape, keys.intermediate(), 8192),
            norm(keys),
            FamilyKeys.blocks(
                keys.layers(), i -> block(attention.withWindow(sliding.get(i) ? window : 0), mlp)),
            new DecoderSpec.Head(
                keys.tied(true),
                false,
                new LogitRule(1, cap(config, "final_logit_softcapping", 30))),
            rotary.rope())
        .withEmbedding(embedding(keys));
  }

  private static double scale(ConfigKeys config) {
    return 1 / Math.sqrt(config.positiveNumber("query_pre_attn_scalar", 256));
  }

  /** A limit that null turns off. */
  private static double cap(ConfigKeys config, String key, double fallback) {
    if (!config.has(key)) {
      return config.isDeclared(key) ? 0 : fallback;
    }
    return config.positiveNumber(key);
  }

  private static BlockSpec block(AttentionSpec attention, MlpSpec mlp) {
    return BlockSpec.sequential(
        HalfSpec.between("input_layernorm", attention, "post_attention_layernorm"),
        HalfSpec.between("pre_feedforward_layernorm", mlp, "post_feedforward_layernorm"));
  }

  /** Gemma 3: Gemma 2 with norms of queries and keys, and a rotation for each type of layer. */
  static DecoderSpec gemma3(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    if (config.flag("use_bidirectional_attention", false)) {
      throw config.unsupported("use_bidirectional_attention", "true", List.of("false"));
    }
    AttentionShape shape = keys.shape(4, 256);
    RotarySpec full =
        keys.rotary(
            RopeReader.of(config, Optional.of(FamilyKeys.FULL), 1e6), shape.headDim(), 1, false);
    RotarySpec local = keys.rotary(localRope(config), shape.headDim(), 1, false);
    NormSpec norm = norm(keys);
    AttentionSpec attention =
        attention(keys, shape, full)
            .withRule(ScoreRule.scaled(scale(config)))
            .withNorms(
                Optional.of(
                    new HeadNormSpec(
                        HeadNormSpec.Kind.HEAD, "self_attn.q_norm", "self_attn.k_norm", norm)));
    MlpSpec mlp = mlp(keys, keys.activation("hidden_activation", "gelu_pytorch_tanh"));
    int pattern =
        config.positive("sliding_window_pattern", config.positive("_sliding_window_pattern", 6));
    List<Boolean> sliding = keys.sliding(i -> (i + 1) % pattern != 0);
    int window = keys.window(4096);
    return keys.decoder(
            keys.sizes(shape, keys.intermediate(), 131072),
            norm,
            FamilyKeys.blocks(
                keys.layers(),
                i ->
                    block(
                        sliding.get(i)
                            ? attention.withRotary(Optional.of(local)).withWindow(window)
                            : attention,
                        mlp)),
            new DecoderSpec.Head(
                keys.tied(true),
                false,
                new LogitRule(1, cap(config, "final_logit_softcapping", 0))),
            full.rope())
        .withEmbedding(embedding(keys));
  }

  /** The rotation of layers with a window: an entry of its own, or a base and no scaling. */
  private static RopeReader localRope(ConfigKeys config) {
    RopeReader own = RopeReader.of(config, Optional.of(FamilyKeys.SLIDING), 10000);
    return own.nested()
        ? own
        : new RopeReader(
            config, Optional.empty(), false, config.positiveNumber("rope_local_base_freq", 10000));
  }
}
