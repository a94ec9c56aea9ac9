package dev.pbq.core.model;

import java.util.Optional;

/** GLM-4 and the mixtures of GLM-4.5. */
final class GlmFamilies {
  private GlmFamilies() {}

  /** GLM-4: norms on both sides; {@code post_attention_layernorm} stands before the MLP. */
  static DecoderSpec glm4(FamilyKeys keys) {
    AttentionShape shape = keys.shape(2, 128);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 0.5, true);
    boolean bias = keys.config().flag("attention_bias", true);
    AttentionSpec attention = LlamaFamilies.attention(keys, shape, bias, false, rotary);
    MlpSpec mlp =
        MlpSpec.fused(
            "mlp", keys.hidden(), keys.intermediate(), keys.activation("hidden_act", "silu"));
    BlockSpec block =
        BlockSpec.sequential(
            HalfSpec.between("input_layernorm", attention, "post_self_attn_layernorm"),
            HalfSpec.between("post_attention_layernorm", mlp, "post_mlp_layernorm"));
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 131072),
        keys.rms(1.5625e-7),
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  /** GLM-4.5: a mixture routed as DeepSeek-V3's, behind some plain layers. */
  static DecoderSpec glm4Moe(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(8);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 0.5, false);
    NormSpec norm = keys.rms(1e-5);
    boolean bias = config.flag("attention_bias", false);
    Optional<HeadNormSpec> norms =
        Optional.of(
                new HeadNormSpec(
                    HeadNormSpec.Kind.HEAD, "self_attn.q_norm", "self_attn.k_norm", norm))
            .filter(n -> config.flag("use_qk_norm", false));
    AttentionSpec attention =
        LlamaFamilies.attention(keys, shape, bias, false, rotary).withNorms(norms);
    int intermediate = config.positive("intermediate_size", 10944);
    MlpSpec plain =
        MlpSpec.gated(
            "mlp", keys.hidden(), intermediate, keys.activation("hidden_act", "silu"), false);
    MixtureSpec mixture = DeepseekFamilies.corrected(keys, 128, 1, 1, 1, 8, 1408, 1.0);
    int firstMixture = config.nonNegative("first_k_dense_replace", 1);
    return keys.decoder(
        keys.sizes(shape, intermediate, 131072),
        norm,
        FamilyKeys.blocks(
            keys.layers(),
            i -> FamilyKeys.llamaBlock(attention, i < firstMixture ? plain : mixture)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }
}
