package dev.pbq.export.gguf.family;

import dev.pbq.core.NearestName;
import dev.pbq.core.model.NormRole;
import dev.pbq.export.gguf.file.GgufMetadata;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The architectures of llama.cpp ({@code general.architecture}) that are read and written. */
public final class FileArchitectures {
  private FileArchitectures() {}

  /**
   * The architecture of a file.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if it cannot be read, naming those that can
   */
  public static FileArchitecture of(GgufMetadata metadata) {
    String name =
        metadata
            .text("general.architecture")
            .orElseThrow(() -> metadata.bad("key general.architecture is missing"));
    List<FileArchitecture> found = all().stream().filter(a -> a.name().equals(name)).toList();
    if (found.isEmpty()) {
      SortedSet<String> names = names();
      throw metadata.bad(
          "its architecture '"
              + name
              + "' cannot be read; the nearest is "
              + NearestName.of(name, names)
              + "; pbq reads "
              + String.join(" ", names));
    }
    boolean mixture = metadata.id(name + "." + KeyNames.EXPERTS).orElse(0) > 0;
    return found.stream()
        .filter(a -> a.mixture() == mixture)
        .findFirst()
        .orElseThrow(
            () ->
                metadata.bad(
                    mixture
                        ? "it is a mixture of experts, which pbq does not read of architecture "
                            + name
                        : "it has no experts, which its architecture has"));
  }

  /** The architecture that models of a type are written as; empty if there is none. */
  public static Optional<FileArchitecture> forModel(String modelType) {
    return all().stream().filter(a -> a.modelTypes().contains(modelType)).findFirst();
  }

  /** The names of all, in alphabetical order. */
  public static SortedSet<String> names() {
    return new TreeSet<>(all().stream().map(FileArchitecture::name).toList());
  }

  /** The types of models that can be written, in alphabetical order. */
  public static SortedSet<String> modelTypes() {
    return new TreeSet<>(all().stream().flatMap(a -> a.modelTypes().stream()).toList());
  }

  private static List<FileArchitecture> all() {
    return List.of(
        FileArchitecture.of("llama", "llama", FamilyConfigs::llama, Fact.WINDOW, Fact.WINDOW_UNREAD)
            .inPairs()
            .alsoOf("mistral"),
        FileArchitecture.of("mistral3", "ministral3", FamilyConfigs::ministral3, Fact.GROWTH)
            .inPairs(),
        FileArchitecture.of("llama", "mixtral", MixtureConfigs::mixtral).inPairs().withExperts(),
        FileArchitecture.of(
                "granite",
                "granite",
                FamilyConfigs::granite,
                Fact.SCORE_SCALE,
                Fact.EMBEDDING_SCALE,
                Fact.RESIDUAL_SCALE,
                Fact.LOGIT_DIVISOR)
            .inPairs(),
        FileArchitecture.of("smollm3", "smollm3", FamilyConfigs::smollm3)
            .inPairs()
            .lacking("attn_output.bias", "ffn_gate.bias", "ffn_up.bias", "ffn_down.bias"),
        FileArchitecture.of(
            "qwen2",
            "qwen2",
            FamilyConfigs::qwen,
            Fact.WINDOW,
            Fact.WINDOW_FLAGS,
            Fact.WINDOW_UNREAD),
        FileArchitecture.of(
                "qwen3",
                "qwen3",
                FamilyConfigs::qwen,
                Fact.WINDOW,
                Fact.WINDOW_FLAGS,
                Fact.WINDOW_UNREAD)
            .lacking("attn_output.bias"),
        FileArchitecture.of(
                "qwen2moe",
                "qwen2_moe",
                MixtureConfigs::qwen2Moe,
                Fact.EXPERT_WIDTH,
                Fact.SHARED_WIDTH)
            .withExperts()
            .needing(FileArchitecture.HEAD),
        FileArchitecture.of("qwen3moe", "qwen3_moe", MixtureConfigs::qwen3Moe, Fact.EXPERT_WIDTH)
            .withExperts()
            .lacking("attn_output.bias"),
        FileArchitecture.of("qwen35", "qwen3_5_text", HybridConfigs::qwen35, Fact.DELTA)
            .withNorm(NormRole.MLP, "post_attention_norm")
            .lacking("attn_q.bias", "attn_k.bias", "attn_v.bias", "attn_output.bias"),
        FileArchitecture.of("gemma", "gemma", FamilyConfigs::gemma)
            .lacking(FileArchitecture.HEAD, "attn_output.bias"),
        FileArchitecture.of(
                "gemma2",
                "gemma2",
                FamilyConfigs::gemma2,
                Fact.WINDOW,
                Fact.SCORE_CAP,
                Fact.LOGIT_CAP)
            .lacking(FileArchitecture.HEAD, "attn_output.bias"),
        FileArchitecture.of(
                "gemma3",
                "gemma3_text",
                FamilyConfigs::gemma3,
                Fact.WINDOW,
                Fact.WINDOW_FLAGS,
                Fact.WINDOW_ROPE_BASE,
                Fact.LOGIT_CAP)
            .lacking("attn_output.bias"),
        FileArchitecture.of("phi2", "phi", FamilyConfigs::phi2).needing(FileArchitecture.HEAD),
        FileArchitecture.of(
            "phi3", "phi3", FamilyConfigs::phi3, Fact.WINDOW_OR_ZERO, Fact.WINDOW_UNREAD),
        FileArchitecture.of("gpt2", "gpt2", FamilyConfigs::gpt2),
        FileArchitecture.of("olmo2", "olmo2", FamilyConfigs::olmo, Fact.WINDOW, Fact.WINDOW_FLAGS)
            .alsoOf("olmo3")
            .needing(FileArchitecture.HEAD)
            .lacking("attn_output.bias"),
        FileArchitecture.of(
                "starcoder2",
                "starcoder2",
                FamilyConfigs::starcoder2,
                Fact.WINDOW,
                Fact.WINDOW_UNREAD)
            .needing("attn_output.bias", "ffn_up.bias", "ffn_down.bias"),
        FileArchitecture.of("stablelm", "stablelm", FamilyConfigs::stablelm, Fact.PARALLEL)
            .needing(FileArchitecture.HEAD),
        FileArchitecture.of("command-r", "cohere", FamilyConfigs::cohere, Fact.LOGIT_FACTOR)
            .inPairs()
            .lacking(FileArchitecture.HEAD, "attn_output.bias"),
        FileArchitecture.of(
                "cohere2", "cohere2", FamilyConfigs::cohere, Fact.LOGIT_FACTOR, Fact.WINDOW)
            .inPairs()
            .lacking(FileArchitecture.HEAD, "attn_output.bias"),
        FileArchitecture.of("gptneox", "gpt_neox", FamilyConfigs::gptNeox, Fact.PARALLEL)
            .needing(FileArchitecture.HEAD, "attn_qkv.bias", "attn_output.bias"),
        FileArchitecture.of("bloom", "bloom", FamilyConfigs::bloom),
        FileArchitecture.of("falcon", "falcon", FamilyConfigs::falcon, Fact.FUSED_LAYOUT)
            .withNorm(NormRole.ATTENTION, "attn_norm_2")
            .withNorm(NormRole.MLP, "attn_norm")
            .lacking("attn_qkv.bias", "attn_output.bias", "ffn_up.bias", "ffn_down.bias"),
        FileArchitecture.of("glm4", "glm4", FamilyConfigs::glm4).inPairs(),
        FileArchitecture.of(
                "glm4moe",
                "glm4_moe",
                MixtureConfigs::glm4Moe,
                Fact.EXPERT_WIDTH,
                Fact.SHARED_COUNT,
                Fact.LEADING_DENSE,
                Fact.ROUTING)
            .withExperts()
            .withNorm(NormRole.MLP, "post_attention_norm"),
        FileArchitecture.of(
                "deepseek2",
                "deepseek_v2",
                LatentConfigs::deepseek2,
                Fact.LATENT,
                Fact.EXPERT_WIDTH,
                Fact.SHARED_COUNT,
                Fact.LEADING_DENSE,
                Fact.ROUTING)
            .alsoOf("deepseek_v3")
            .inPairs()
            .withExperts()
            .lacking("attn_q_a.bias", "attn_kv_a_mqa.bias", "attn_output.bias"),
        FileArchitecture.of(
                "gpt-oss", "gpt_oss", MixtureConfigs::gptOss, Fact.EXPERT_WIDTH, Fact.WINDOW)
            .withExperts()
            .needing(FileArchitecture.HEAD)
            .withNorm(NormRole.MLP, "post_attention_norm"));
  }
}
