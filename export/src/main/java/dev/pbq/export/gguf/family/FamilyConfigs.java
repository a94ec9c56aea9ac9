package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What the families' configurations have beyond the sizes that all have, from a file's metadata.
 * Where llama.cpp takes a number from the size of the model instead of the file, so does this.
 */
final class FamilyConfigs {
  /** Blocks of Gemma 2 27B and Gemma 3 27B, whose scores are scaled by another width. */
  private static final int GEMMA2_27B = 46;

  private static final int GEMMA3_27B = 62;

  /** Blocks from which on a Command R has norms of queries and keys: those of Command R+. */
  private static final int NORMED_COHERE = 64;

  private FamilyConfigs() {}

  /** The families with RMS norms. */
  static void rms(ModelKeys keys, ObjectNode config) {
    config.put("rms_norm_eps", keys.requireNumber(KeyNames.RMS_EPSILON));
    RopeConfig.put(keys, config);
  }

  /** Llama, or Mistral where there is a window. */
  static void llama(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    keys.count(KeyNames.WINDOW)
        .ifPresent(n -> config.put("model_type", "mistral").put("sliding_window", n));
    config.put("attention_bias", keys.holds("blk.0.attn_output.bias"));
    config.put("mlp_bias", keys.holds("blk.0.ffn_up.bias"));
  }

  static void smollm3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
  }

  /** Gemma 1. */
  static void gemma(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
  }

  /** Qwen 2 and 3, some of whose blocks may have a window. */
  static void qwen(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
    int window = keys.countOrZero(KeyNames.WINDOW);
    if (window > 0) {
      config.put("use_sliding_window", true);
      config.put("sliding_window", window);
      putPattern(keys, config);
    }
  }

  /** Ministral 3: one step of the growth of queries is the context that yarn starts from. */
  static void ministral3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    ObjectNode scaling = config.withObject("/" + RopeConfig.SCALING);
    scaling.put("llama_4_scaling_beta", keys.number(KeyNames.TEMPERATURE).orElse(0));
    if (keys.number(KeyNames.YARN_LOG).orElse(0) == 1) {
      // The temperature of yarn and its correction cancel out.
      scaling.put("attention_factor", 1.0);
    }
    config.putNull("sliding_window");
  }

  static void granite(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    putNumber(config, "attention_multiplier", keys.number(KeyNames.SCORE_SCALE));
    putNumber(config, "embedding_multiplier", keys.number(KeyNames.EMBEDDING_SCALE));
    putNumber(config, "residual_multiplier", keys.number(KeyNames.RESIDUAL_SCALE));
    putNumber(config, "logits_scaling", keys.number(KeyNames.LOGIT_SCALE));
  }

  static void gemma2(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("query_pre_attn_scalar", scoreWidth(keys, GEMMA2_27B));
    putNumber(config, "attn_logit_softcapping", keys.number(KeyNames.SCORE_CAP));
    putNumber(config, "final_logit_softcapping", keys.number(KeyNames.LOGIT_CAP));
    keys.count(KeyNames.WINDOW).ifPresent(n -> config.put("sliding_window", n));
  }

  static void gemma3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    if (!config.has("rope_theta")) {
      config.put("rope_theta", 1e6);
    }
    config.put("query_pre_attn_scalar", scoreWidth(keys, GEMMA3_27B));
    config.put("sliding_window", keys.countOrZero(KeyNames.WINDOW));
    config.put("rope_local_base_freq", keys.number(KeyNames.WINDOW_ROPE_BASE).orElse(10000));
    OptionalDouble cap = keys.number(KeyNames.LOGIT_CAP);
    if (cap.isPresent() && cap.getAsDouble() > 0) {
      config.put("final_logit_softcapping", cap.getAsDouble());
    }
    putPattern(keys, config);
  }

  private static double scoreWidth(ModelKeys keys, int largestBlocks) {
    return keys.layers() == largestBlocks
        ? (double) keys.require(KeyNames.HIDDEN) / keys.heads()
        : keys.headDim();
  }

  static void starcoder2(ModelKeys keys, ObjectNode config) {
    config.put("norm_epsilon", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("use_bias", keys.holds("blk.0.attn_output.bias"));
    if (keys.countOrZero(KeyNames.WINDOW) > 0) {
      config.put("sliding_window", keys.require(KeyNames.WINDOW));
    } else {
      config.putNull("sliding_window");
    }
    RopeConfig.put(keys, config);
  }

  static void phi2(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_eps", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("partial_rotary_factor", rotatedShare(keys));
    RopeConfig.put(keys, config);
  }

  static void phi3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    if (keys.countOrZero(KeyNames.WINDOW) > 0) {
      config.put("sliding_window", keys.countOrZero(KeyNames.WINDOW));
    } else {
      config.putNull("sliding_window");
    }
    config.put("partial_rotary_factor", rotatedShare(keys));
  }

  static double rotatedShare(ModelKeys keys) {
    int width = keys.headDim();
    return (double) keys.count(KeyNames.ROTATED).orElse(width) / width;
  }

  static void gpt2(ModelKeys keys, ObjectNode config) {
    config.put("n_embd", keys.require(KeyNames.HIDDEN));
    config.put("n_layer", keys.layers());
    config.put("n_head", keys.heads());
    config.put("n_inner", keys.require(KeyNames.INTERMEDIATE));
    config.put("n_positions", keys.require(KeyNames.CONTEXT));
    config.put("layer_norm_epsilon", keys.requireNumber(KeyNames.LAYER_EPSILON));
  }

  /** OLMo 3 where some blocks have a window, else OLMo 2. */
  static void olmo(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    int window = keys.countOrZero(KeyNames.WINDOW);
    if (window > 0) {
      config.put("model_type", "olmo3");
      config.put("sliding_window", window);
      putPattern(keys, config);
    }
  }

  static void stablelm(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_eps", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("partial_rotary_factor", rotatedShare(keys));
    config.put("use_qkv_bias", keys.holds("blk.0.attn_q.bias"));
    config.put("qk_layernorm", keys.holds("blk.0.attn_q_norm.weight"));
    // llama.cpp goes by the norm before the MLP, which blocks side by side do not have.
    config.put("use_parallel_residual", !keys.holds("blk.0.ffn_norm.weight"));
    RopeConfig.put(keys, config);
  }

  /** Command R, and Command R7B with its windows. */
  static void cohere(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_eps", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("logit_scale", keys.requireNumber(KeyNames.LOGIT_SCALE));
    // llama.cpp looks for these norms in large models alone.
    config.put(
        "use_qk_norm", keys.layers() >= NORMED_COHERE && keys.holds("blk.0.attn_q_norm.weight"));
    keys.count(KeyNames.WINDOW).ifPresent(n -> config.put("sliding_window", n));
    RopeConfig.put(keys, config);
  }

  static void gptNeox(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_eps", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("rotary_pct", rotatedShare(keys));
    config.put("use_parallel_residual", keys.flag(KeyNames.PARALLEL).orElse(true));
    config.put("attention_bias", keys.holds("blk.0.attn_qkv.bias"));
    RopeConfig.put(keys, config);
  }

  static void bloom(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_epsilon", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("n_layer", keys.layers());
    config.put("n_head", keys.heads());
    config.put("seq_length", keys.require(KeyNames.CONTEXT));
  }

  /** All of Falcon's blocks that files can hold are those of its newer form. */
  static void falcon(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_epsilon", keys.requireNumber(KeyNames.LAYER_EPSILON));
    config.put("new_decoder_architecture", true);
    config.put("num_kv_heads", keys.keyValueHeads());
    config.put("num_ln_in_parallel_attn", keys.holds("blk.0.attn_norm_2.weight") ? 2 : 1);
    config.put("ffn_hidden_size", keys.require(KeyNames.INTERMEDIATE));
    config.put("bias", keys.holds("blk.0.attn_qkv.bias"));
    RopeConfig.put(keys, config);
  }

  static void glm4(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("partial_rotary_factor", rotatedShare(keys));
    config.put("attention_bias", keys.holds("blk.0.attn_q.bias"));
  }

  /** Which blocks have a window: a flag for each, or every how many have none. */
  static void putPattern(ModelKeys keys, ObjectNode config) {
    if (keys.isList(KeyNames.WINDOW_PATTERN)) {
      ArrayNode types = config.putArray("layer_types");
      List<Boolean> sliding = keys.flags(KeyNames.WINDOW_PATTERN);
      sliding.forEach(slides -> types.add(slides ? "sliding_attention" : "full_attention"));
    } else {
      keys.count(KeyNames.WINDOW_PATTERN).ifPresent(n -> config.put("sliding_window_pattern", n));
    }
  }

  private static void putNumber(ObjectNode config, String key, OptionalDouble value) {
    value.ifPresent(v -> config.put(key, v));
  }
}
