package dev.pbq.tiny.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a model as a Hugging Face folder. */
final class ModelFolder {
  private ModelFolder() {}

  static void write(Path folder, Parameters parameters, WordVocabulary vocabulary)
      throws IOException {
    Files.createDirectories(folder);
    SafetensorsFile.write(folder.resolve("model.safetensors"), parameters);
    json(folder.resolve("config.json"), config(parameters.config()));
    json(folder.resolve("generation_config.json"), generation());
    json(folder.resolve("tokenizer_config.json"), tokenizer(parameters.config().positions()));
    Files.writeString(folder.resolve("tokenizer.json"), vocabulary.tokenizerJson());
  }

  private static Map<String, Object> config(TinyConfig c) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("architectures", List.of("LlamaForCausalLM"));
    map.put("model_type", "llama");
    map.put("vocab_size", c.vocabulary());
    map.put("hidden_size", c.hidden());
    map.put("intermediate_size", c.feedForward());
    map.put("num_hidden_layers", c.layers());
    map.put("num_attention_heads", c.heads());
    map.put("num_key_value_heads", c.keyValueHeads());
    map.put("head_dim", c.headWidth());
    map.put("hidden_act", "silu");
    map.put("max_position_embeddings", c.positions());
    map.put("rms_norm_eps", 1e-5);
    map.put("rope_theta", TinyConfig.ROPE_THETA);
    map.put("rope_scaling", null);
    map.put("attention_bias", false);
    map.put("mlp_bias", false);
    map.put("attention_dropout", 0.0);
    map.put("tie_word_embeddings", false);
    map.put("initializer_range", 0.03);
    map.put("bos_token_id", WordVocabulary.BOS);
    map.put("eos_token_id", WordVocabulary.EOS);
    map.put("torch_dtype", "float16");
    map.put("use_cache", true);
    return map;
  }

  private static Map<String, Object> generation() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("_from_model_config", true);
    map.put("bos_token_id", WordVocabulary.BOS);
    map.put("eos_token_id", WordVocabulary.EOS);
    return map;
  }

  private static Map<String, Object> tokenizer(int positions) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("tokenizer_class", "PreTrainedTokenizerFast");
    map.put("unk_token", "<unk>");
    map.put("bos_token", "<s>");
    map.put("eos_token", "</s>");
    map.put("add_bos_token", true);
    map.put("add_eos_token", false);
    map.put("clean_up_tokenization_spaces", false);
    map.put("model_max_length", positions);
    return map;
  }

  private static void json(Path file, Map<String, Object> content) throws IOException {
    String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(content);
    Files.writeString(file, text + "\n");
  }
}
