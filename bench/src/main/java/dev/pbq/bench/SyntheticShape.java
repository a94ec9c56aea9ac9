package dev.pbq.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Models whose shapes are well known: their configurations, with any number of blocks. */
enum SyntheticShape {
  /** Llama 7B: hidden size 4096, MLP 11008. */
  LLAMA_7B {
    @Override
    void describe(ObjectNode config) {
      llama(config, 4096, 11008, 32, 32).put("rope_theta", 10000.0);
    }
  },
  /** Llama 2 70B: hidden size 8192, MLP 28672, 8 heads of keys and values. */
  LLAMA_70B {
    @Override
    void describe(ObjectNode config) {
      llama(config, 8192, 28672, 64, 8).put("rope_theta", 10000.0);
    }
  },
  /** Mixtral 8x7B: hidden size 4096, eight experts of 14336. */
  MIXTRAL_8X7B {
    @Override
    void describe(ObjectNode config) {
      llama(config, 4096, 14336, 32, 8)
          .put("rope_theta", 1e6)
          .put("model_type", "mixtral")
          .put("num_local_experts", 8)
          .put("num_experts_per_tok", 2);
      config.putArray("architectures").add("MixtralForCausalLM");
    }
  },
  /** OPT 6.7B: hidden size 4096, MLP 16384 without a gate. */
  OPT_6_7B {
    @Override
    void describe(ObjectNode config) {
      config
          .put("model_type", "opt")
          .put("hidden_size", 4096)
          .put("word_embed_proj_dim", 4096)
          .put("ffn_dim", 16384)
          .put("num_attention_heads", 32)
          .put("activation_function", "relu")
          .put("do_layer_norm_before", true)
          .put("tie_word_embeddings", true);
      config.putArray("architectures").add("OPTForCausalLM");
    }
  };

  private static final int POSITIONS = 2048;

  abstract void describe(ObjectNode config);

  private static ObjectNode llama(
      ObjectNode config, int hidden, int intermediate, int heads, int keyHeads) {
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("hidden_size", hidden)
        .put("intermediate_size", intermediate)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", keyHeads)
        .put("rms_norm_eps", 1e-5)
        .put("hidden_act", "silu")
        .put("tie_word_embeddings", false);
  }

  /** The shape as commands call it, such as {@code llama-7b}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace("6_7b", "6.7b").replace('_', '-');
  }

  /**
   * The shape of this label.
   *
   * @throws IllegalArgumentException naming all labels if there is none
   */
  static SyntheticShape of(String label) {
    return Arrays.stream(values())
        .filter(shape -> shape.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    label
                        + " is none of "
                        + Arrays.stream(values())
                            .map(SyntheticShape::label)
                            .collect(Collectors.joining(", "))));
  }

  /**
   * A configuration.
   *
   * @param vocabulary rows of embedding and head
   */
  ObjectNode config(int blocks, int vocabulary) {
    ObjectNode config = new ObjectMapper().createObjectNode();
    describe(config);
    return config
        .put("num_hidden_layers", blocks)
        .put("vocab_size", vocabulary)
        .put("max_position_embeddings", POSITIONS)
        .put("bos_token_id", 1)
        .put("eos_token_id", 2)
        .put("torch_dtype", "float16");
  }
}
