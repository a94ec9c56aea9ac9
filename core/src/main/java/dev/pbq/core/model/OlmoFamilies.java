package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** OLMo 2 and 3: norms behind attention and MLP, and of whole queries and keys. */
final class OlmoFamilies {
  private OlmoFamilies() {}

  /** OLMo 2. */
  static DecoderSpec olmo2(FamilyKeys keys) {
    AttentionShape shape = keys.shape(keys.allHeads());
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    NormSpec norm = keys.rms(1e-5);
    BlockSpec block = block(attention(keys, shape, rotary, norm), LlamaFamilies.mlp(keys, false));
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 2048),
        norm,
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  /** OLMo 3: windows in most layers, and a scaled rotation in the others alone. */
  static DecoderSpec olmo3(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(keys.allHeads());
    RopeReader full = RopeReader.of(config, Optional.of(FamilyKeys.FULL), 500000);
    RotarySpec rotary = keys.rotary(full, shape.headDim(), 1, false);
    RotarySpec local = keys.rotary(localRope(config), shape.headDim(), 1, false);
    NormSpec norm = keys.rms(1e-5);
    AttentionSpec attention = attention(keys, shape, rotary, norm);
    MlpSpec mlp = LlamaFamilies.mlp(keys, false);
    List<Boolean> sliding = keys.sliding(i -> (i + 1) % 4 != 0);
    int window = keys.window(4096);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 2048),
        norm,
        FamilyKeys.blocks(
            keys.layers(),
            i ->
                block(
                    sliding.get(i)
                        ? attention.withRotary(Optional.of(local)).withWindow(window)
                        : attention,
                    mlp)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static RopeReader localRope(ConfigKeys config) {
    RopeReader own = RopeReader.of(config, Optional.of(FamilyKeys.SLIDING), 500000);
    return own.nested() ? own : new RopeReader(config, Optional.empty(), false, own.theta());
  }

  private static AttentionSpec attention(
      FamilyKeys keys, AttentionShape shape, RotarySpec rotary, NormSpec norm) {
    boolean bias = keys.config().flag("attention_bias", false);
    return LlamaFamilies.attention(keys, shape, bias, bias, rotary)
        .withNorms(
            Optional.of(
                new HeadNormSpec(
                    HeadNormSpec.Kind.WHOLE, "self_attn.q_norm", "self_attn.k_norm", norm)));
  }

  private static BlockSpec block(AttentionSpec attention, MlpSpec mlp) {
    return BlockSpec.sequential(
        HalfSpec.after("post_attention_layernorm", attention),
        HalfSpec.after("post_feedforward_layernorm", mlp));
  }
}
