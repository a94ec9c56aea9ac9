package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What configurations of models with latent attention have beyond {@link FamilyConfigs}. */
final class LatentConfigs {
  private static final int SOFTMAX = 1;
  private static final int SIGMOID = 2;

  private LatentConfigs() {}

  /** DeepSeek V3 where the logistic function chooses experts, else V2. */
  static void deepseek2(ModelKeys keys, ObjectNode config) {
    FamilyConfigs.rms(keys, config);
    putTemperature(keys, config);
    putWidths(keys, config);
    MixtureConfigs.putShared(keys, config);
    int groups = Math.max(1, keys.countOrZero(KeyNames.EXPERT_GROUPS));
    config.put("n_group", groups);
    config.put("topk_group", groups == 1 ? 1 : keys.require(KeyNames.EXPERT_GROUPS_USED));
    boolean normalized = keys.flag(KeyNames.EXPERTS_NORMALIZED).orElse(false);
    switch (keys.count(KeyNames.GATING).orElse(SOFTMAX)) {
      case SIGMOID -> config.put("model_type", "deepseek_v3").put("norm_topk_prob", normalized);
      case SOFTMAX -> {
        if (normalized) {
          throw keys.bad("it divides the weights of experts by their sum, as DeepSeek V2 does not");
        }
        config.put("topk_method", groups == 1 ? "greedy" : "group_limited_greedy");
      }
      default -> throw keys.bad("its experts are chosen in a way that no DeepSeek has");
    }
    if (keys.number(KeyNames.TEMPERATURE).orElse(0) != 0) {
      throw keys.bad("its queries grow with the position, as those of no DeepSeek do");
    }
  }

  private static void putWidths(ModelKeys keys, ObjectNode config) {
    int rotated = keys.require(KeyNames.ROTATED);
    // Files of older programs have the widths of the heads under the usual names.
    int key = keys.count(KeyNames.HEAD_KEY_LENGTH).orElseGet(keys::headDim);
    if (key <= rotated) {
      throw keys.bad(
          "keys of " + key + " features, of which " + rotated + " turn, leave no others");
    }
    config.put("qk_nope_head_dim", key - rotated);
    config.put("qk_rope_head_dim", rotated);
    config.put("head_dim", rotated);
    config.put(
        "v_head_dim",
        keys.count(KeyNames.HEAD_VALUE_LENGTH)
            .orElseGet(() -> keys.require(KeyNames.VALUE_LENGTH)));
    config.put("num_key_value_heads", keys.heads());
    config.put("kv_lora_rank", keys.require(KeyNames.KEY_VALUE_RANK));
    int queryRank = keys.countOrZero(KeyNames.QUERY_RANK);
    if (queryRank > 0) {
      config.put("q_lora_rank", queryRank);
    } else {
      config.putNull("q_lora_rank");
    }
  }

  /**
   * What llama.cpp multiplies scores and rotations by: with a logarithm in the file (1 + 0.1 k ln
   * factor)^2 the scores, without one the rotation as well.
   */
  private static void putTemperature(ModelKeys keys, ObjectNode config) {
    if (!(config.path(RopeConfig.SCALING) instanceof ObjectNode scaling)) {
      return;
    }
    boolean yarn = scaling.path("rope_type").asText().equals("yarn");
    if (!yarn || keys.number(KeyNames.TEMPERATURE_FACTOR).orElse(1) != 1) {
      throw keys.bad("its scaling of rotary positions is none that latent attention has");
    }
    double logarithm = keys.number(KeyNames.YARN_LOG).orElse(0);
    if (logarithm == 0) {
      scaling.put("mscale_all_dim", 1.0);
    } else {
      // Files have a tenth of what configurations have.
      scaling.put("mscale", logarithm * 10).put("mscale_all_dim", logarithm * 10);
    }
  }
}
