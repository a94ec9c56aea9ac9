package dev.pbq.export.gguf.model;

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

  private FamilyConfigs() {}

  /** The families with RMS norms. */
  static void rms(ModelKeys keys, ObjectNode config) {
    config.put("rms_norm_eps", keys.requireNumber("attention.layer_norm_rms_epsilon"));
    RopeConfig.put(keys, config);
  }

  static void llama(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("attention_bias", keys.holds("blk.0.attn_output.bias"));
    config.put("mlp_bias", keys.holds("blk.0.ffn_up.bias"));
  }

  static void granite(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    putNumber(config, "attention_multiplier", keys.number("attention.scale"));
    putNumber(config, "embedding_multiplier", keys.number("embedding_scale"));
    putNumber(config, "residual_multiplier", keys.number("residual_scale"));
    putNumber(config, "logits_scaling", keys.number("logit_scale"));
  }

  static void gemma2(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    config.put("query_pre_attn_scalar", scoreWidth(keys, GEMMA2_27B));
    putNumber(config, "attn_logit_softcapping", keys.number("attn_logit_softcapping"));
    putNumber(config, "final_logit_softcapping", keys.number("final_logit_softcapping"));
    keys.count("attention.sliding_window").ifPresent(n -> config.put("sliding_window", n));
  }

  static void gemma3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    if (!config.has("rope_theta")) {
      config.put("rope_theta", 1e6);
    }
    config.put("query_pre_attn_scalar", scoreWidth(keys, GEMMA3_27B));
    config.put("sliding_window", keys.countOrZero("attention.sliding_window"));
    config.put("rope_local_base_freq", keys.number("rope.freq_base_swa").orElse(10000));
    OptionalDouble cap = keys.number("final_logit_softcapping");
    if (cap.isPresent() && cap.getAsDouble() > 0) {
      config.put("final_logit_softcapping", cap.getAsDouble());
    }
    String pattern = "attention.sliding_window_pattern";
    if (keys.isList(pattern)) {
      ArrayNode types = config.putArray("layer_types");
      List<Boolean> sliding = keys.flags(pattern);
      sliding.forEach(slides -> types.add(slides ? "sliding_attention" : "full_attention"));
    } else {
      keys.count(pattern).ifPresent(n -> config.put("sliding_window_pattern", n));
    }
  }

  private static double scoreWidth(ModelKeys keys, int largestBlocks) {
    return keys.layers() == largestBlocks
        ? (double) keys.require("embedding_length") / keys.heads()
        : keys.headDim();
  }

  static void starcoder2(ModelKeys keys, ObjectNode config) {
    config.put("norm_epsilon", keys.requireNumber("attention.layer_norm_epsilon"));
    config.put("use_bias", keys.holds("blk.0.attn_q.bias"));
    config.putNull("sliding_window");
    RopeConfig.put(keys, config);
  }

  static void phi2(ModelKeys keys, ObjectNode config) {
    config.put("layer_norm_eps", keys.requireNumber("attention.layer_norm_epsilon"));
    config.put("partial_rotary_factor", rotatedShare(keys));
    RopeConfig.put(keys, config);
  }

  static void phi3(ModelKeys keys, ObjectNode config) {
    rms(keys, config);
    if (keys.countOrZero("attention.sliding_window") > 0) {
      config.put("sliding_window", keys.countOrZero("attention.sliding_window"));
    } else {
      config.putNull("sliding_window");
    }
    config.put("partial_rotary_factor", rotatedShare(keys));
    RopeConfig.putLong(keys, config);
  }

  private static double rotatedShare(ModelKeys keys) {
    int width = keys.headDim();
    return (double) keys.count("rope.dimension_count").orElse(width) / width;
  }

  static void gpt2(ModelKeys keys, ObjectNode config) {
    config.put("n_embd", keys.require("embedding_length"));
    config.put("n_layer", keys.layers());
    config.put("n_head", keys.heads());
    config.put("n_inner", keys.require("feed_forward_length"));
    config.put("n_positions", keys.require("context_length"));
    config.put("layer_norm_epsilon", keys.requireNumber("attention.layer_norm_epsilon"));
  }

  private static void putNumber(ObjectNode config, String key, OptionalDouble value) {
    value.ifPresent(v -> config.put(key, v));
  }
}
