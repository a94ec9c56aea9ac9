package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** Phi 1 to 2, and Phi 3 and 4. */
final class PhiFamilies {
  private static final OuterNames PHI_NAMES =
      new OuterNames("model.embed_tokens", Optional.of("model.final_layernorm"), "lm_head", true);

  private PhiFamilies() {}

  /** Phi 1 to 2: one norm, attention and MLP side by side, biases everywhere. */
  static DecoderSpec phi(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(keys.allHeads());
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 0.5, false);
    NormSpec norm = keys.layerNorm("layer_norm_eps");
    Optional<HeadNormSpec> norms =
        Optional.of(
                new HeadNormSpec(
                    HeadNormSpec.Kind.HEAD, "self_attn.q_layernorm", "self_attn.k_layernorm", norm))
            .filter(n -> config.flag("qk_layernorm", false));
    AttentionSpec attention =
        AttentionSpec.of(
                "self_attn",
                shape,
                HeadLinears.separate("self_attn", "dense", shape, keys.hidden(), true, true),
                Optional.of(rotary))
            .withNorms(norms);
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.fc1",
            "mlp.fc2",
            keys.hidden(),
            keys.intermediate(),
            keys.activation("hidden_act", "gelu_new"),
            true);
    BlockSpec block =
        BlockSpec.parallel(HalfSpec.before("input_layernorm", attention), HalfSpec.shared(mlp));
    return new DecoderSpec(
        keys.sizes(shape, keys.intermediate(), 2048),
        PHI_NAMES,
        "model.layers",
        norm,
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Embedding.PLAIN,
        new DecoderSpec.Head(keys.tied(false), true, LogitRule.NONE),
        Optional.of(rotary.rope()));
  }

  /** Phi 3 and 4: Llama with fused linears. */
  static DecoderSpec phi3(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(keys.allHeads());
    RopeReader rope = keys.rope(10000);
    RotarySpec rotary = keys.rotary(rope, shape.headDim(), 1, false);
    requireOwnRope(config, rotary.rope());
    AttentionSpec attention =
        AttentionSpec.of(
                "self_attn",
                shape,
                HeadLinears.fused(
                    "self_attn.qkv_proj", "self_attn.o_proj", shape, keys.hidden(), false, 1),
                Optional.of(rotary))
            .withWindow(keys.window(0));
    MlpSpec mlp =
        MlpSpec.fused(
            "mlp", keys.hidden(), keys.intermediate(), keys.activation("hidden_act", "silu"));
    BlockSpec block = FamilyKeys.llamaBlock(attention, mlp);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 4096),
        keys.rms(1e-5),
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static void requireOwnRope(ConfigKeys config, Rope rope) {
    if (!(rope.scaling() instanceof Rope.None || rope.scaling() instanceof Rope.LongRope)) {
      throw config.unsupported(
          "rope_scaling", rope.scaling().toString(), List.of("default", "longrope"));
    }
  }
}
