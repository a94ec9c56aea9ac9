package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The configuration of a Llama-like model: RMSNorm before attention and MLP, rotary positions,
 * grouped-query attention, SwiGLU.
 *
 * @param sizes what the shapes follow from; heads * headDim need not be hidden
 * @param normEpsilon added to the mean square inside a norm
 * @param rope rotary positions
 * @param biased roles of the linears that have a bias
 * @param tiedHead whether the head's weight is the embedding
 * @param windows for each layer how many positions back a token sees, itself counted; 0 for all
 */
record LlamaConfig(
    ModelSizes sizes,
    double normEpsilon,
    Rope rope,
    Set<Role> biased,
    boolean tiedHead,
    List<Integer> windows) {

  LlamaConfig {
    biased = Set.copyOf(biased);
    windows = List.copyOf(windows);
  }

  /** Reads a configuration; defaults are those of the family's configuration class. */
  static LlamaConfig of(String modelType, ConfigKeys config) {
    config.oneOf("hidden_act", List.of("silu", "swish"));
    int hidden = config.positive("hidden_size");
    int layers = config.positive("num_hidden_layers");
    int heads = config.positive("num_attention_heads");
    int keyValueHeads = config.positive("num_key_value_heads", heads);
    if (heads % keyValueHeads != 0) {
      throw config.contradiction(
          "num_attention_heads "
              + heads
              + " is not a multiple of num_key_value_heads "
              + keyValueHeads);
    }
    if (!config.has("head_dim") && hidden % heads != 0) {
      throw config.contradiction(
          "hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
    }
    int headDim = config.positive("head_dim", hidden / heads);
    if (headDim % 2 != 0) {
      throw config.contradiction("rotary positions need an even head_dim, not " + headDim);
    }
    ModelSizes sizes =
        new ModelSizes(
            modelType,
            config.positive("vocab_size"),
            hidden,
            config.positive("intermediate_size"),
            layers,
            new AttentionShape(heads, keyValueHeads, headDim),
            config.positive("max_position_embeddings", defaultPositions(modelType)));
    return new LlamaConfig(
        sizes,
        config.positiveNumber("rms_norm_eps", 1e-6),
        Rope.of(config),
        biased(modelType, config),
        config.flag("tie_word_embeddings", false),
        windows(modelType, config, layers));
  }

  private static Set<Role> biased(String modelType, ConfigKeys config) {
    Set<Role> biased = EnumSet.noneOf(Role.class);
    boolean llama = modelType.equals("llama");
    boolean attention = llama && config.flag("attention_bias", false);
    if (attention || modelType.equals("qwen2")) {
      biased.addAll(EnumSet.of(Role.QUERY, Role.KEY, Role.VALUE));
    }
    if (attention) {
      biased.add(Role.ATTENTION_OUT);
    }
    if (llama && config.flag("mlp_bias", false)) {
      biased.addAll(EnumSet.of(Role.GATE, Role.UP, Role.DOWN));
    }
    return biased;
  }

  private static int defaultPositions(String modelType) {
    return switch (modelType) {
      case "mistral" -> 131072;
      case "qwen2" -> 32768;
      default -> 2048;
    };
  }

  private static List<Integer> windows(String modelType, ConfigKeys config, int layers) {
    int window = 0;
    int firstLayer = 0;
    if (modelType.equals("mistral")) {
      // The family's default is 4096; null turns the window off.
      window = config.positive("sliding_window", config.isDeclared("sliding_window") ? 0 : 4096);
    } else if (modelType.equals("qwen2") && config.flag("use_sliding_window", false)) {
      window = config.positive("sliding_window", 4096);
      firstLayer = config.nonNegative("max_window_layers", 28);
    }
    List<String> types = config.texts("layer_types").orElse(null);
    if (types != null && types.size() != layers) {
      throw config.contradiction(
          "layer_types has " + types.size() + " entries for num_hidden_layers " + layers);
    }
    List<Integer> windows = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      boolean sliding = layer >= firstLayer;
      if (types != null) {
        String type = types.get(layer);
        sliding = type.equals("sliding_attention");
        if (!sliding && !type.equals("full_attention")) {
          throw config.unsupported(
              "layer_types", '"' + type + '"', List.of("full_attention", "sliding_attention"));
        }
        if (sliding && window == 0) {
          throw config.contradiction(
              "layer_types asks for sliding_attention but no sliding_window is in force");
        }
      }
      windows.add(sliding ? window : 0);
    }
    return windows;
  }
}
