package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/** Qwen3.5: most layers have a gated delta rule in place of attention. */
final class QwenHybridFamily {
  private static final String FULL = "self_attn";
  private static final String LINEAR = "linear_attn";

  private QwenHybridFamily() {}

  /** The text model. */
  static DecoderSpec qwen35(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    NormSpec norm =
        new NormSpec(NormSpec.Kind.RMS_PLUS_ONE, config.positiveNumber("rms_norm_eps", 1e-6));
    AttentionShape shape = keys.shape(4, 256);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 0.25, false);
    boolean bias = config.flag("attention_bias", false);
    AttentionSpec full =
        AttentionSpec.of(
                FULL,
                shape,
                HeadLinears.gated(FULL, shape, keys.hidden(), bias),
                Optional.of(rotary))
            .withNorms(
                Optional.of(
                    new HeadNormSpec(
                        HeadNormSpec.Kind.HEAD, FULL + ".q_norm", FULL + ".k_norm", norm)));
    DeltaSpec linear =
        new DeltaSpec(
            LINEAR, keys.hidden(), sizes(keys), new NormSpec(NormSpec.Kind.RMS, norm.epsilon()));
    MlpSpec mlp = LlamaFamilies.mlp(keys, false);
    int interval = config.positive("full_attention_interval", 4);
    List<Boolean> isLinear = keys.ofType(FamilyKeys.LINEAR, i -> (i + 1) % interval != 0);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 32768),
        norm,
        FamilyKeys.blocks(
            keys.layers(), i -> FamilyKeys.llamaBlock(isLinear.get(i) ? linear : full, mlp)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static DeltaSizes sizes(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    int keyHeads = config.positive("linear_num_key_heads", 16);
    int valueHeads = config.positive("linear_num_value_heads", 32);
    keys.requireMultiple("linear_num_value_heads", valueHeads, "linear_num_key_heads", keyHeads);
    return new DeltaSizes(
        keyHeads,
        valueHeads,
        config.positive("linear_key_head_dim", 128),
        config.positive("linear_value_head_dim", 128),
        config.positive("linear_conv_kernel_dim", 4));
  }
}
