package dev.pbq.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The families of decoders that are nothing but descriptions, by {@code model_type}. */
final class Families {
  /** What makes a description of a configuration, by {@code model_type}, in the order of docs. */
  static final Map<String, Function<FamilyKeys, DecoderSpec>> DECODERS = decoders();

  private Families() {}

  private static Map<String, Function<FamilyKeys, DecoderSpec>> decoders() {
    Map<String, Function<FamilyKeys, DecoderSpec>> all = new LinkedHashMap<>();
    all.put("llama", LlamaFamilies::llama);
    all.put("mistral", LlamaFamilies::llama);
    all.put("qwen2", LlamaFamilies::llama);
    all.put("ministral3", LlamaFamilies::ministral3);
    all.put("qwen3", QwenFamilies::qwen3);
    all.put("qwen2_moe", QwenFamilies::qwen2Moe);
    all.put("qwen3_moe", QwenFamilies::qwen3Moe);
    all.put("qwen3_5_text", QwenHybridFamily::qwen35);
    all.put("mixtral", MixtureFamilies::mixtral);
    all.put("gemma", GemmaFamilies::gemma);
    all.put("gemma2", GemmaFamilies::gemma2);
    all.put("gemma3_text", GemmaFamilies::gemma3);
    all.put("phi", PhiFamilies::phi);
    all.put("phi3", PhiFamilies::phi3);
    all.put("olmo2", OlmoFamilies::olmo2);
    all.put("olmo3", OlmoFamilies::olmo3);
    all.put("granite", LlamaFamilies::granite);
    all.put("smollm3", LlamaFamilies::smollm3);
    all.put("starcoder2", StableFamilies::starcoder2);
    all.put("stablelm", StableFamilies::stablelm);
    all.put("cohere", CohereFamilies::cohere);
    all.put("cohere2", CohereFamilies::cohere2);
    all.put("glm4", GlmFamilies::glm4);
    all.put("glm4_moe", GlmFamilies::glm4Moe);
    all.put("gpt_neox", GptFamilies::gptNeox);
    all.put("gpt2", GptFamilies::gpt2);
    all.put("bloom", GptFamilies::bloom);
    all.put("falcon", FalconFamily::falcon);
    all.put("gpt_oss", MixtureFamilies::gptOss);
    all.put("deepseek_v2", DeepseekFamilies::v2);
    all.put("deepseek_v3", DeepseekFamilies::v3);
    return all;
  }

  /**
   * A larger model whose text part is one of the decoders.
   *
   * @param textType the text part's {@code model_type} where its configuration is silent
   * @param tied whether the head is the embedding where the outer configuration is silent; empty if
   *     the text part decides
   */
  record Outer(String textType, Optional<Boolean> tied) {}

  /** Larger models by {@code model_type}. */
  static final Map<String, Outer> OUTER =
      Map.of(
          "gemma3", new Outer("gemma3_text", Optional.of(true)),
          "llava", new Outer("llama", Optional.empty()),
          "qwen3_5", new Outer("qwen3_5_text", Optional.of(false)));

  /** What the names of the text part of a larger model begin with. */
  static final String TEXT_PREFIX = "language_model.";

  /** The description of a decoder; empty if there is no such family. */
  static Optional<DecoderSpec> describe(String type, ConfigKeys config) {
    return Optional.ofNullable(DECODERS.get(type))
        .map(family -> family.apply(new FamilyKeys(type, config)));
  }

  /** The description of the text part of a larger model; empty if there is no such model. */
  static Optional<DecoderSpec> describeNested(String type, ConfigKeys config) {
    if (!OUTER.containsKey(type)) {
      return Optional.empty();
    }
    Outer outer = OUTER.get(type);
    ConfigKeys text = config.object("text_config").orElseThrow(() -> config.missing("text_config"));
    String textType = text.text("model_type").orElse(outer.textType());
    DecoderSpec spec =
        describe(textType, text)
            .orElseThrow(
                () ->
                    text.unsupported(
                        "model_type", '"' + textType + '"', List.copyOf(DECODERS.keySet())));
    boolean tied =
        config.flag(
            "tie_word_embeddings",
            outer.tied().orElseGet(() -> text.flag("tie_word_embeddings", false)));
    return Optional.of(spec.within(TEXT_PREFIX, tied));
  }
}
