package dev.pbq.export.gguf.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.export.gguf.file.GgufMetadata;
import dev.pbq.export.gguf.model.FileArchitecture.Habit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The architectures of llama.cpp ({@code general.architecture}) that can be read. */
final class FileArchitectures {
  private static final Map<String, String> HEAD_NORMS =
      Map.of("attn_q_norm", "self_attn.q_norm", "attn_k_norm", "self_attn.k_norm");
  private static final Map<String, String> FOUR_NORMS =
      Map.of(
          "post_attention_norm", "post_attention_layernorm",
          "ffn_norm", "pre_feedforward_layernorm",
          "post_ffw_norm", "post_feedforward_layernorm");

  private FileArchitectures() {}

  /**
   * The architecture of a file.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if it cannot be read, naming those that can
   */
  static FileArchitecture of(GgufMetadata metadata) {
    String name =
        metadata
            .text("general.architecture")
            .orElseThrow(() -> metadata.bad("key general.architecture is missing"));
    Map<String, FileArchitecture> all = all();
    FileArchitecture found = all.get(name);
    if (found == null) {
      throw metadata.bad(
          "its architecture '"
              + name
              + "' cannot be read; the nearest is "
              + NearestName.of(name, all.keySet())
              + "; pbq reads "
              + String.join(" ", all.keySet()));
    }
    if (metadata.id(name + ".expert_count").orElse(0) > 0) {
      throw metadata.bad("it is a mixture of experts, which pbq does not read from GGUF files");
    }
    return found;
  }

  private static Map<String, FileArchitecture> all() {
    Map<String, FileArchitecture> all = new TreeMap<>();
    all.put("llama", paired("llama", FamilyConfigs::llama));
    all.put("granite", paired("granite", FamilyConfigs::granite));
    all.put("smollm3", paired("smollm3", FamilyConfigs::rms));
    all.put("qwen2", plain("qwen2", Map.of(), FamilyConfigs::rms));
    all.put("qwen3", plain("qwen3", HEAD_NORMS, FamilyConfigs::rms));
    all.put("gemma", gemma("gemma", Map.of(), FamilyConfigs::rms));
    all.put("gemma2", gemma("gemma2", FOUR_NORMS, FamilyConfigs::gemma2));
    Map<String, String> six = new TreeMap<>(FOUR_NORMS);
    six.putAll(HEAD_NORMS);
    all.put("gemma3", gemma("gemma3_text", six, FamilyConfigs::gemma3));
    Map<String, String> olmo = new TreeMap<>(HEAD_NORMS);
    olmo.put("attn_norm", "");
    olmo.put("ffn_norm", "");
    olmo.put("post_attention_norm", "post_attention_layernorm");
    olmo.put("post_ffw_norm", "post_feedforward_layernorm");
    all.put("olmo2", plain("olmo2", olmo, FamilyConfigs::rms));
    all.put(
        "starcoder2",
        plain(
            "starcoder2",
            Map.of("ffn_gate", "", "ffn_up", "mlp.c_fc", "ffn_down", "mlp.c_proj"),
            FamilyConfigs::starcoder2));
    all.put(
        "phi3",
        plain(
            "phi3",
            Map.of(
                "attn_q", "",
                "attn_k", "",
                "attn_v", "",
                "ffn_gate", "",
                "attn_qkv", "self_attn.qkv_proj",
                "ffn_up", "mlp.gate_up_proj"),
            FamilyConfigs::phi3));
    all.put("phi2", phi2());
    all.put("gpt2", gpt2());
    return all;
  }

  private static FileArchitecture paired(
      String modelType, BiConsumer<ModelKeys, ObjectNode> config) {
    return FileArchitecture.likeLlama(modelType, Map.of(), Set.of(Habit.PAIRED_ROWS), config);
  }

  private static FileArchitecture plain(
      String modelType, Map<String, String> parts, BiConsumer<ModelKeys, ObjectNode> config) {
    return FileArchitecture.likeLlama(modelType, parts, Set.of(), config);
  }

  private static FileArchitecture gemma(
      String modelType, Map<String, String> parts, BiConsumer<ModelKeys, ObjectNode> config) {
    return FileArchitecture.likeLlama(modelType, parts, Set.of(Habit.NORMS_PLUS_ONE), config);
  }

  private static FileArchitecture phi2() {
    return new FileArchitecture(
        "phi",
        "model.layers.",
        Map.of(
            "token_embd", "model.embed_tokens",
            "output_norm", "model.final_layernorm",
            "output", "lm_head"),
        Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_qkv", "self_attn.q_proj,self_attn.k_proj,self_attn.v_proj",
            "attn_output", "self_attn.dense",
            "ffn_up", "mlp.fc1",
            "ffn_down", "mlp.fc2"),
        Set.of(),
        FamilyConfigs::phi2);
  }

  private static FileArchitecture gpt2() {
    return new FileArchitecture(
        "gpt2",
        "transformer.h.",
        Map.of(
            "token_embd", "transformer.wte",
            "position_embd", "transformer.wpe",
            "output_norm", "transformer.ln_f",
            "output", "lm_head"),
        Map.of(
            "attn_norm", "ln_1",
            "ffn_norm", "ln_2",
            "attn_qkv", "attn.c_attn",
            "attn_output", "attn.c_proj",
            "ffn_up", "mlp.c_fc",
            "ffn_down", "mlp.c_proj"),
        Set.of(Habit.OWN_LINEARS),
        FamilyConfigs::gpt2);
  }
}
