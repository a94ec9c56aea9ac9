package dev.pbq.export.gguf.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * How a model of one of llama.cpp's architectures is said in Hugging Face's words.
 *
 * @param modelType {@code model_type} of the configuration
 * @param blocks what the names of a block's tensors begin with, before the number
 * @param outer names outside of the blocks, by the file's, both without {@code .weight} or {@code
 *     .bias}
 * @param parts names in a block, likewise; several, parted by commas, where the file holds queries,
 *     keys and values in one tensor and the family in three
 * @param habits how the file's numbers differ from the family's
 * @param config puts the rest of the configuration, beyond what all families have
 */
record FileArchitecture(
    String modelType,
    String blocks,
    Map<String, String> outer,
    Map<String, String> parts,
    Set<Habit> habits,
    BiConsumer<ModelKeys, ObjectNode> config) {
  /** A difference between the numbers of the file and of the family. */
  enum Habit {
    /** The rows of queries and keys stand in the order of pairs that are rotated. */
    PAIRED_ROWS,
    /** Weights of norms have 1 added. */
    NORMS_PLUS_ONE,
    /** The family's files hold the linears of blocks as [inputs, outputs], a GGUF file does not. */
    OWN_LINEARS
  }

  FileArchitecture {
    outer = Map.copyOf(outer);
    parts = Map.copyOf(parts);
    habits = Set.copyOf(habits);
  }

  /** Names of Llama, with what another family has beside or instead of them. */
  static FileArchitecture likeLlama(
      String modelType,
      Map<String, String> otherParts,
      Set<Habit> habits,
      BiConsumer<ModelKeys, ObjectNode> config) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("attn_norm", "input_layernorm");
    parts.put("ffn_norm", "post_attention_layernorm");
    parts.put("attn_q", "self_attn.q_proj");
    parts.put("attn_k", "self_attn.k_proj");
    parts.put("attn_v", "self_attn.v_proj");
    parts.put("attn_output", "self_attn.o_proj");
    parts.put("ffn_gate", "mlp.gate_proj");
    parts.put("ffn_up", "mlp.up_proj");
    parts.put("ffn_down", "mlp.down_proj");
    parts.putAll(otherParts);
    parts.values().removeIf(String::isEmpty);
    return new FileArchitecture(
        modelType,
        "model.layers.",
        Map.of(
            "token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head"),
        parts,
        habits,
        config);
  }

  boolean has(Habit habit) {
    return habits.contains(habit);
  }
}
