package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** GPT-2, GPT-NeoX and BLOOM. */
final class GptFamilies {
  static final OuterNames GPT2_NAMES =
      new OuterNames("transformer.wte", Optional.of("transformer.ln_f"), "lm_head", true);
  static final OuterNames NEOX_NAMES =
      new OuterNames(
          "gpt_neox.embed_in", Optional.of("gpt_neox.final_layer_norm"), "embed_out", true);
  static final OuterNames BLOOM_NAMES =
      new OuterNames(
          "transformer.word_embeddings", Optional.of("transformer.ln_f"), "lm_head", true);

  private GptFamilies() {}

  private static AttentionShape shape(FamilyKeys keys, int hidden, int heads) {
    keys.requireMultiple("the hidden size", hidden, "the number of heads", heads);
    return new AttentionShape(heads, heads, hidden / heads);
  }

  /** GPT-2: learned positions; files hold the linears as [inputs, outputs]. */
  static DecoderSpec gpt2(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    int hidden = config.positive("n_embd", 768);
    int layers = config.positive("n_layer", 12);
    AttentionShape shape = shape(keys, hidden, config.positive("n_head", 12));
    int width = config.positive("n_inner", 4 * hidden);
    AttentionSpec attention =
        AttentionSpec.of(
            "attn",
            shape,
            HeadLinears.fused("attn.c_attn", "attn.c_proj", shape, hidden, true, 1),
            Optional.empty());
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.c_fc",
            "mlp.c_proj",
            hidden,
            width,
            keys.activation("activation_function", "gelu_new"),
            true);
    List<StoredAs> transposed =
        Stream.of("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
            .map(path -> path + ".weight")
            .map(path -> new StoredAs(path, StoredForm.transposed(path)))
            .toList();
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(shape.headDim()) : 1;
    boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    ModelSizes sizes =
        new ModelSizes(
            keys.type(),
            config.positive("vocab_size", 50257),
            hidden,
            width,
            layers,
            shape,
            config.positive("n_positions", 1024));
    return new DecoderSpec(
        sizes,
        GPT2_NAMES,
        "transformer.h",
        keys.layerNorm("layer_norm_epsilon"),
        FamilyKeys.blocks(
            layers,
            i ->
                BlockSpec.sequential(
                        HalfSpec.before(
                            "ln_1",
                            attention.withRule(
                                ScoreRule.scaled(byLayer ? scale / (i + 1) : scale))),
                        HalfSpec.before("ln_2", mlp))
                    .withStored(transposed)),
        new DecoderSpec.Embedding(1, Optional.empty(), Optional.of("transformer.wpe")),
        DecoderSpec.Head.plain(keys.tied(true)),
        Optional.empty());
  }

  /** GPT-NeoX and Pythia. */
  static DecoderSpec gptNeox(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    int hidden = keys.hidden();
    AttentionShape shape = shape(keys, hidden, keys.allHeads());
    RopeReader rope = keys.rope(config.positiveNumber("rotary_emb_base", 10000));
    RotarySpec rotary =
        keys.rotary(rope, shape.headDim(), config.positiveNumber("rotary_pct", 0.25), false);
    boolean bias = config.flag("attention_bias", true);
    AttentionSpec attention =
        AttentionSpec.of(
            "attention",
            shape,
            HeadLinears.fused(
                "attention.query_key_value", "attention.dense", shape, hidden, bias, shape.heads()),
            Optional.of(rotary));
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.dense_h_to_4h",
            "mlp.dense_4h_to_h",
            hidden,
            keys.intermediate(),
            keys.activation("hidden_act", "gelu"),
            true);
    BlockSpec.Form form =
        config.flag("use_parallel_residual", true)
            ? BlockSpec.Form.PARALLEL
            : BlockSpec.Form.SEQUENTIAL;
    BlockSpec block = FamilyKeys.llamaBlock(attention, mlp).withForm(form);
    return new DecoderSpec(
        keys.sizes(shape, keys.intermediate(), 2048),
        NEOX_NAMES,
        "gpt_neox.layers",
        keys.layerNorm("layer_norm_eps"),
        FamilyKeys.blocks(keys.layers(), i -> block),
        DecoderSpec.Embedding.PLAIN,
        DecoderSpec.Head.plain(keys.tied(false)),
        Optional.of(rotary.rope()));
  }

  /** BLOOM: positions as a bias of the scores, and a norm of the embedding. */
  static DecoderSpec bloom(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    // Each number has an older spelling, and both are met in published files.
    int hidden = config.positive("hidden_size", config.positive("n_embed", 64));
    int layers = config.positive("n_layer", config.positive("num_hidden_layers", 2));
    int heads = config.positive("n_head", config.positive("num_attention_heads", 8));
    AttentionShape shape = shape(keys, hidden, heads);
    AttentionSpec attention =
        AttentionSpec.of(
                "self_attention",
                shape,
                HeadLinears.fused(
                    "self_attention.query_key_value",
                    "self_attention.dense",
                    shape,
                    hidden,
                    true,
                    heads),
                Optional.empty())
            .withRule(
                new ScoreRule(
                    1 / Math.sqrt(shape.headDim()),
                    0,
                    Optional.of(Alibi.of(heads, false, 1)),
                    Optional.empty()));
    MlpSpec mlp =
        MlpSpec.plain(
            "mlp.dense_h_to_4h",
            "mlp.dense_4h_to_h",
            hidden,
            4 * hidden,
            ActivationFunction.GELU_TANH,
            true);
    BlockSpec.Form form =
        config.flag("apply_residual_connection_post_layernorm", false)
            ? BlockSpec.Form.SEQUENTIAL_FROM_NORMED
            : BlockSpec.Form.SEQUENTIAL;
    BlockSpec block = FamilyKeys.llamaBlock(attention, mlp).withForm(form);
    return new DecoderSpec(
        new ModelSizes(
            keys.type(),
            config.positive("vocab_size"),
            hidden,
            4 * hidden,
            layers,
            shape,
            config.positive("seq_length", 2048)),
        BLOOM_NAMES,
        "transformer.h",
        keys.layerNorm("layer_norm_epsilon"),
        FamilyKeys.blocks(layers, i -> block),
        new DecoderSpec.Embedding(
            1, Optional.of("transformer.word_embeddings_layernorm"), Optional.empty()),
        DecoderSpec.Head.plain(keys.tied(true)),
        Optional.empty());
  }
}
