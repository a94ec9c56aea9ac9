package dev.pbq.core.model;

import java.util.Optional;

/** StableLM and StarCoder 2: Llama's block with layer norms. */
final class StableFamilies {
  private StableFamilies() {}

  /** StableLM; some sizes have one norm, and attention and MLP side by side. */
  static DecoderSpec stablelm(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(32);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 0.25, false);
    NormSpec norm = keys.layerNorm("layer_norm_eps");
    Optional<HeadNormSpec> norms =
        Optional.of(
                new HeadNormSpec(
                    HeadNormSpec.Kind.LIST,
                    "self_attn.q_layernorm",
                    "self_attn.k_layernorm",
                    new NormSpec(NormSpec.Kind.LAYER_WITHOUT_BIAS, norm.epsilon())))
            .filter(n -> config.flag("qk_layernorm", false));
    AttentionSpec attention =
        LlamaFamilies.attention(keys, shape, config.flag("use_qkv_bias", false), false, rotary)
            .withNorms(norms);
    MlpSpec mlp = LlamaFamilies.mlp(keys, false);
    BlockSpec block =
        config.flag("use_parallel_residual", false)
            ? BlockSpec.parallel(
                HalfSpec.before("input_layernorm", attention), HalfSpec.shared(mlp))
            : FamilyKeys.llamaBlock(attention, mlp);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 4096),
        norm,
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  /** StarCoder 2: an MLP without a gate, and biases. */
  static DecoderSpec starcoder2(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(2);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    boolean bias = config.flag("use_bias", true);
    AttentionSpec attention =
        LlamaFamilies.attention(keys, shape, bias, bias, rotary).withWindow(keys.window(0));
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.c_fc",
            "mlp.c_proj",
            keys.hidden(),
            keys.intermediate(),
            keys.activation("hidden_act", "gelu_pytorch_tanh"),
            bias);
    BlockSpec block = FamilyKeys.llamaBlock(attention, mlp);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 4096),
        keys.layerNorm("norm_epsilon"),
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Head.plain(keys.tied(true)),
        rotary.rope());
  }
}
