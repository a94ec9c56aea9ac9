package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What configurations of models with a delta rule have beyond {@link FamilyConfigs}. */
final class HybridConfigs {
  private static final int DEFAULT_INTERVAL = 4;

  private HybridConfigs() {}

  /** The text part of Qwen 3.5. */
  static void qwen35(ModelKeys keys, ObjectNode config) {
    FamilyConfigs.rms(keys, config);
    config.put("partial_rotary_factor", FamilyConfigs.rotatedShare(keys));
    config.put(
        "full_attention_interval",
        keys.count(KeyNames.ATTENTION_INTERVAL).orElse(DEFAULT_INTERVAL));
    int heads = keys.require(KeyNames.DELTA_VALUE_HEADS);
    int values = keys.require(KeyNames.DELTA_VALUES);
    if (values % heads != 0) {
      throw keys.bad(
          "a delta rule's " + values + " values are no multiple of its " + heads + " heads");
    }
    config.put("linear_num_key_heads", keys.require(KeyNames.DELTA_KEY_HEADS));
    config.put("linear_num_value_heads", heads);
    config.put("linear_key_head_dim", keys.require(KeyNames.DELTA_KEY_LENGTH));
    config.put("linear_value_head_dim", values / heads);
    config.put("linear_conv_kernel_dim", keys.require(KeyNames.DELTA_KERNEL));
  }
}
