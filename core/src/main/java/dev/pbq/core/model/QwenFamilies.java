package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Qwen3, and the mixtures of experts of Qwen2 and Qwen3. */
final class QwenFamilies {
  private static final String QUERY_NORM = "self_attn.q_norm";
  private static final String KEY_NORM = "self_attn.k_norm";

  private QwenFamilies() {}

  /** Qwen3: Llama with norms of each head's queries and keys. */
  static DecoderSpec qwen3(FamilyKeys keys) {
    AttentionShape shape = keys.shape(32, 128);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    NormSpec norm = keys.rms(1e-6);
    AttentionSpec attention = attention(keys, shape, rotary, norm);
    MlpSpec mlp = LlamaFamilies.mlp(keys, false);
    boolean windows = keys.config().flag("use_sliding_window", false);
    int window = windows ? keys.window(4096) : 0;
    int firstLayer = keys.config().nonNegative("max_window_layers", 28);
    List<Boolean> sliding = keys.sliding(i -> windows && i >= firstLayer);
    return keys.decoder(
        keys.sizes(shape, keys.intermediate(), 32768),
        norm,
        FamilyKeys.blocks(
            keys.layers(),
            i -> FamilyKeys.llamaBlock(attention.withWindow(sliding.get(i) ? window : 0), mlp)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }

  private static AttentionSpec attention(
      FamilyKeys keys, AttentionShape shape, RotarySpec rotary, NormSpec norm) {
    boolean bias = keys.config().flag("attention_bias", false);
    return LlamaFamilies.attention(keys, shape, bias, bias, rotary)
        .withNorms(
            Optional.of(new HeadNormSpec(HeadNormSpec.Kind.HEAD, QUERY_NORM, KEY_NORM, norm)));
  }

  /** Qwen2's mixture: a shared expert, weighed by a gate of its own. */
  static DecoderSpec qwen2Moe(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(16);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    boolean bias = config.flag("qkv_bias", true);
    AttentionSpec attention = LlamaFamilies.attention(keys, shape, bias, false, rotary);
    int experts = config.positive("num_experts", 60);
    Routing routing =
        Routing.of(
            Routing.Scoring.SOFTMAX,
            config.positive("num_experts_per_tok", 4),
            config.flag("norm_topk_prob", false),
            1);
    int width = config.positive("moe_intermediate_size", 1408);
    ActivationFunction activation = keys.activation("hidden_act", "silu");
    MlpSpec shared =
        MlpSpec.gated(
            "mlp.shared_expert",
            keys.hidden(),
            config.positive("shared_expert_intermediate_size", 5632),
            activation,
            false);
    MixtureSpec mixture =
        Experts.separate("mlp.gate", keys, experts, width, activation, routing)
            .withShared(shared, Optional.of("mlp.shared_expert_gate"));
    boolean windows = config.flag("use_sliding_window", false);
    int window = windows ? keys.window(4096) : 0;
    int below = config.nonNegative("max_window_layers", 28);
    List<Boolean> sliding = keys.sliding(i -> windows && (i + 1) % 2 == 1 && i < below);
    return mixed(keys, shape, attention, rotary, mixture, sliding, window);
  }

  /** Qwen3's mixture. */
  static DecoderSpec qwen3Moe(FamilyKeys keys) {
    ConfigKeys config = keys.config();
    AttentionShape shape = keys.shape(4);
    RotarySpec rotary = keys.rotary(keys.rope(10000), shape.headDim(), 1, false);
    AttentionSpec attention = attention(keys, shape, rotary, keys.rms(1e-6));
    int experts = config.positive("num_local_experts", config.positive("num_experts", 128));
    Routing routing =
        Routing.of(
            Routing.Scoring.SOFTMAX,
            config.positive("num_experts_per_tok", 8),
            config.flag("norm_topk_prob", false),
            1);
    MixtureSpec mixture =
        Experts.separate(
            "mlp.gate",
            keys,
            experts,
            config.positive("moe_intermediate_size", 768),
            keys.activation("hidden_act", "silu"),
            routing);
    boolean windows = config.flag("use_sliding_window", false);
    int window = windows ? keys.window(4096) : 0;
    List<Boolean> sliding = keys.sliding(i -> windows);
    return mixed(keys, shape, attention, rotary, mixture, sliding, window);
  }

  /** Blocks of which some have a plain MLP, as {@code decoder_sparse_step} says. */
  private static DecoderSpec mixed(
      FamilyKeys keys,
      AttentionShape shape,
      AttentionSpec attention,
      RotarySpec rotary,
      MixtureSpec mixture,
      List<Boolean> sliding,
      int window) {
    ConfigKeys config = keys.config();
    int step = config.positive("decoder_sparse_step", 1);
    Set<Integer> plain =
        config.isFilledList("mlp_only_layers")
            ? config.numbers("mlp_only_layers").stream()
                .map(Double::intValue)
                .collect(Collectors.toSet())
            : Set.of();
    int intermediate = config.positive("intermediate_size", 5632);
    MlpSpec mlp =
        MlpSpec.gated(
            "mlp", keys.hidden(), intermediate, keys.activation("hidden_act", "silu"), false);
    return keys.decoder(
        keys.sizes(shape, intermediate, 32768),
        keys.rms(1e-6),
        FamilyKeys.blocks(
            keys.layers(),
            i ->
                FamilyKeys.llamaBlock(
                    attention.withWindow(sliding.get(i) ? window : 0),
                    !plain.contains(i) && (i + 1) % step == 0 ? mixture : mlp)),
        DecoderSpec.Head.plain(keys.tied(false)),
        rotary.rope());
  }
}
