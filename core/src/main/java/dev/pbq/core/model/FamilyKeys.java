package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The keys that most families' configurations share, under the names that most have.
 *
 * @param type {@code model_type}
 * @param config the configuration
 */
record FamilyKeys(String type, ConfigKeys config) {
  static final String SLIDING = "sliding_attention";
  static final String FULL = "full_attention";
  static final String LINEAR = "linear_attention";
  private static final OuterNames LLAMA_NAMES = LlamaLayout.OUTER;

  int hidden() {
    return config.positive("hidden_size");
  }

  int layers() {
    return config.positive("num_hidden_layers");
  }

  int intermediate() {
    return config.positive("intermediate_size");
  }

  boolean tied(boolean fallback) {
    return config.flag("tie_word_embeddings", fallback);
  }

  /** Heads as wide as the hidden states allow, or as {@code head_dim} says. */
  AttentionShape shape(int keyValueHeads) {
    int heads = config.positive("num_attention_heads");
    int width = config.positive("head_dim", Math.max(1, hidden() / heads));
    if (!config.has("head_dim")) {
      requireMultiple("hidden_size", hidden(), "num_attention_heads", heads);
    }
    return shape(heads, keyValueHeads, width);
  }

  /** Heads of a width that the family sets where {@code head_dim} is absent. */
  AttentionShape shape(int keyValueHeads, int headDim) {
    return shape(
        config.positive("num_attention_heads"),
        keyValueHeads,
        config.positive("head_dim", headDim));
  }

  private AttentionShape shape(int heads, int fallback, int width) {
    int keyValueHeads = config.positive("num_key_value_heads", fallback);
    requireMultiple("num_attention_heads", heads, "num_key_value_heads", keyValueHeads);
    return new AttentionShape(heads, keyValueHeads, width);
  }

  /** As many heads of keys and values as of queries where the configuration is silent. */
  int allHeads() {
    return config.positive("num_attention_heads");
  }

  void requireMultiple(String key, int value, String ofKey, int of) {
    if (value % of != 0) {
      throw config.contradiction(key + " " + value + " is not a multiple of " + ofKey + " " + of);
    }
  }

  ModelSizes sizes(AttentionShape shape, int intermediate, int positions) {
    return new ModelSizes(
        type,
        config.positive("vocab_size"),
        hidden(),
        intermediate,
        layers(),
        shape,
        config.positive("max_position_embeddings", positions));
  }

  NormSpec rms(double epsilon) {
    return new NormSpec(NormSpec.Kind.RMS, config.positiveNumber("rms_norm_eps", epsilon));
  }

  NormSpec layerNorm(String key) {
    return new NormSpec(NormSpec.Kind.LAYER, config.positiveNumber(key, 1e-5));
  }

  /** The activation under a key. */
  ActivationFunction activation(String key, String fallback) {
    String name = config.text(key).orElse(fallback);
    ActivationFunction activation = ActivationFunction.BY_NAME.get(name);
    if (activation == null) {
      throw config.unsupported(
          key, '"' + name + '"', ActivationFunction.BY_NAME.keySet().stream().sorted().toList());
    }
    return activation;
  }

  RopeReader rope(double theta) {
    return RopeReader.of(config, theta);
  }

  /** Rotation of the first features of every head. */
  RotarySpec rotary(RopeReader rope, int headDim, double partial, boolean pairs) {
    int width = (int) (headDim * rope.partial(partial));
    if (width < 2 || width % 2 != 0) {
      throw config.contradiction("rotary positions need an even width, not " + width);
    }
    return checked(new RotarySpec(rope.rope(), width, pairs));
  }

  private RotarySpec checked(RotarySpec rotary) {
    if (rotary.rope().scaling() instanceof Rope.LongRope longRope) {
      int pairs = rotary.width() / 2;
      if (longRope.shortFactors().size() != pairs || longRope.longFactors().size() != pairs) {
        throw config.contradiction(
            "short_factor and long_factor have "
                + longRope.shortFactors().size()
                + " and "
                + longRope.longFactors().size()
                + " numbers, not "
                + pairs);
      }
    }
    return rotary;
  }

  /**
   * For each layer whether its attention slides: {@code layer_types}, else a rule.
   *
   * @param rule the family's, by the layer's index
   */
  List<Boolean> sliding(IntPredicate rule) {
    return ofType(SLIDING, rule);
  }

  /**
   * For each layer whether it has a type rather than full attention: {@code layer_types}, else a
   * rule.
   *
   * @param rule the family's, by the layer's index
   */
  List<Boolean> ofType(String type, IntPredicate rule) {
    int layers = layers();
    Optional<List<String>> types = config.texts("layer_types");
    if (types.isPresent() && types.get().size() != layers) {
      throw config.contradiction(
          "layer_types has " + types.get().size() + " entries for num_hidden_layers " + layers);
    }
    types.ifPresent(t -> requireKnownTypes(t, type));
    return IntStream.range(0, layers)
        .mapToObj(i -> types.map(t -> t.get(i).equals(type)).orElseGet(() -> rule.test(i)))
        .toList();
  }

  private void requireKnownTypes(List<String> types, String other) {
    for (String type : types) {
      if (!type.equals(other) && !type.equals(FULL)) {
        throw config.unsupported("layer_types", '"' + type + '"', List.of(FULL, other));
      }
    }
  }

  /** The window; 0 where the configuration says null, or 0. */
  int window(int fallback) {
    return config.isDeclared("sliding_window") ? config.nonNegative("sliding_window", 0) : fallback;
  }

  /** A decoder with the names of Llama. */
  DecoderSpec decoder(
      ModelSizes sizes, NormSpec norm, List<BlockSpec> blocks, DecoderSpec.Head head, Rope rope) {
    return new DecoderSpec(
        sizes,
        LLAMA_NAMES,
        "model.layers",
        norm,
        blocks,
        DecoderSpec.Embedding.PLAIN,
        head,
        Optional.of(rope));
  }

  /** One block after the other, by the layer's index. */
  static List<BlockSpec> blocks(int layers, IntFunction<BlockSpec> block) {
    return IntStream.range(0, layers).mapToObj(block).toList();
  }

  /** A block with the names of Llama: norms before attention and MLP. */
  static BlockSpec llamaBlock(SublayerSpec attention, SublayerSpec mlp) {
    return BlockSpec.sequential(
        HalfSpec.before("input_layernorm", attention),
        HalfSpec.before("post_attention_layernorm", mlp));
  }
}
