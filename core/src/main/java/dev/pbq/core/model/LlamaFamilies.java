package dev.pbq.core.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Llama, and the families that have its block: Mistral, Ministral 3, Qwen2, Granite, SmolLM3. */
final class LlamaFamilies {
  private static final String ATTENTION = "self_attn";

  private LlamaFamilies() {}

  /** Llama, Mistral and Qwen2. */
  static DecoderSpec llama(FamilyKeys keys) {
    LlamaConfig config = LlamaConfig.of(keys.type(), keys.config());
    AttentionShape shape = config.sizes().attention();
    int hidden = config.sizes().hidden();
    Set<Role> biased = config.biased();
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    AttentionSpec attention =
        AttentionSpec.of(
            ATTENTION,
            shape,
            HeadLinears.separate(
                ATTENTION,
                "o_proj",
                shape,
                hidden,
                biased.contains(Role.QUERY),
                biased.contains(Role.ATTENTION_OUT)),
            Optional.of(rotary));
    MlpSpec mlp =
        MlpSpec.gated(
            "mlp",
            hidden,
            config.sizes().intermediate(),
            ActivationFunction.SILU,
            biased.contains(Role.GATE));
    return keys.decoder(
        config.sizes(),
        new NormSpec(NormSpec.Kind.RMS, config.normEpsilon()),
        FamilyKeys.blocks(
            config.sizes().blocks(),
            i -> FamilyKeys.llamaBlock(attention.withWindow(config.windows().get(i)), mlp)),
        DecoderSpec.Head.plain(config.tiedHead()),
        rotary.rope());
  }

  /** Ministral 3: Mistral whose queries grow with their position. */
  static DecoderSpec ministral3(FamilyKeys given) {
    FamilyKeys keys =
        new FamilyKeys(
            given.type(), given.config().withDefault("rope_parameters", ministralRope()));
    AttentionShape shape = keys.shape(8, 128);
    RopeReader rope = keys.rope(1e6);
    RotarySpec rotary = keys.rotary(rope, shape.headDim(), 1, false);
    ConfigKeys parameters = rope.parameters().orElseThrow();
    PositionScale scale =
        new PositionScale(
            parameters.number("llama_4_scaling_beta", 0),
            parameters.positiveNumber("original_max_position_embeddings", 16384));
    AttentionSpec attention =
        attention(keys, shape, false, false, rotary)
            .withQueryScale(Optional.of(scale))
            .withWindow(keys.window(0));
    return simple(keys, attention, keys.rms(1e-5), 262144, false, rotary.rope());
  }

  private static ObjectNode ministralRope() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "yarn")
        .put("rope_theta", 1e6)
        .put("factor", 16)
        .put("original_max_position_embeddings", 16384)
        .put("beta_fast", 32)
        .put("beta_slow", 1)
        .put("mscale", 1)
        .put("mscale_all_dim", 1)
        .put("llama_4_scaling_beta", 0.1);
  }

  /** Granite: Llama with four factors. */
  static DecoderSpec granite(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(keys.allHeads());
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    boolean bias = config.flag("attention_bias", false);
    AttentionSpec attention =
        attention(keys, shape, bias, bias, rotary)
            .withRule(ScoreRule.scaled(config.positiveNumber("attention_multiplier", 1)));
    MlpSpec mlp = mlp(keys, config.flag("mlp_bias", false));
    BlockSpec block =
        FamilyKeys.llamaBlock(attention, mlp)
            .withFactor(config.positiveNumber("residual_multiplier", 1));
    DecoderSpec plain =
        keys.decoder(
            keys.sizes(shape, keys.intermediate(), 2048),
            keys.rms(1e-6),
            FamilyKeys.blocks(keys.layers(), i -> block),
            new DecoderSpec.Head(
                keys.tied(false),
                false,
                new LogitRule(1 / config.positiveNumber("logits_scaling", 1), 0)),
            rotary.rope());
    return plain.withEmbedding(
        DecoderSpec.Embedding.scaled(config.positiveNumber("embedding_multiplier", 1)));
  }

  /** SmolLM3: Llama of whose layers some do without rotation. */
  static DecoderSpec smollm3(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(4);
    RotarySpec rotary = keys.rotary(keys.rope(2e6), shape.headDim(), 1, false);
    boolean bias = config.flag("attention_bias", false);
    AttentionSpec attention = attention(keys, shape, bias, bias, rotary);
    MlpSpec mlp = mlp(keys, config.flag("mlp_bias", false));
    int interval = config.positive("no_rope_layer_interval", 4);
    // The key's name says the opposite: 1 stands for a layer that is rotated.
    Optional<List<Double>> rotated =
        config.has("no_rope_layers")
            ? Optional.of(config.numbers("no_rope_layers"))
            : Optional.empty();
    if (rotated.isPresent() && rotated.get().size() != keys.layers()) {
      throw config.contradiction(
          "no_rope_layers has "
              + rotated.get().size()
              + " entries for num_hidden_layers "
              + keys.layers());
    }
    boolean windows = config.flag("use_sliding_window", false);
    List<Boolean> rotates =
        IntStream.range(0, keys.layers())
            .mapToObj(i -> rotated.map(r -> r.get(i) != 0).orElse((i + 1) % interval != 0))
            .toList();
    List<Boolean> sliding = keys.sliding(i -> windows && !rotates.get(i));
    int window = windows ? keys.window(0) : 0;
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 32768),
        keys.rms(1e-6),
        FamilyKeys.blocks(
            keys.layers(),
            i ->
                FamilyKeys.llamaBlock(
                    attention
                        .withRotary(Optional.of(rotary).filter(r -> rotates.get(i)))
                        .withWindow(sliding.get(i) ? window : 0),
                    mlp)),
        DecoderSpec.Head.plain(keys.tied(true)),
        rotary.rope());
  }

  /** Attention with the names of Llama. */
  static AttentionSpec attention(
      FamilyKeys keys, AttentionShape shape, boolean bias, boolean outputBias, RotarySpec rotary) {
    return AttentionSpec.of(
        ATTENTION,
        shape,
        HeadLinears.separate(ATTENTION, "o_proj", shape, keys.hidden(), bias, outputBias),
        Optional.of(rotary));
  }

  /** An MLP with the names of Llama. */
  static MlpSpec mlp(FamilyKeys keys, boolean bias) {
    return MlpSpec.gated(
        "mlp", keys.hidden(), keys.intermediate(), keys.activation("hidden_act", "silu"), bias);
  }

  /** A decoder whose blocks are alike, with the names of Llama. */
  private static DecoderSpec simple(
      FamilyKeys keys,
      AttentionSpec attention,
      NormSpec norm,
      int positions,
      boolean tied,
      Rope rope) {
    MlpSpec mlp = mlp(keys, false);
    return keys.decoder(
        keys.sizes(attention.shape(), keys.intermediate(), positions),
        norm,
        FamilyKeys.blocks(keys.layers(), i -> FamilyKeys.llamaBlock(attention, mlp)),
        DecoderSpec.Head.plain(keys.tied(tied)),
        rope);
  }
}
