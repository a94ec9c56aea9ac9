package dev.pbq.train.builtin;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model as a Hugging Face folder of one safetensors file of binary16 values. */
final class TinyModelFolder {
  private static final String WEIGHTS = "model.safetensors";

  private TinyModelFolder() {}

  /** The model of these sizes, as the project runs the models of such folders. */
  static CausalModel model(TinyConfig sizes) {
    return Architectures.of(new ObjectMapper().valueToTree(config(sizes)), "config.json");
  }

  /**
   * Writes the folder; each file appears complete or not at all.
   *
   * @throws IllegalStateException if a weight is not finite in binary16
   */
  static void write(Path folder, TinyWeights tensors, WordVocabulary vocabulary)
      throws IOException {
    Files.createDirectories(folder);
    SafetensorsWriter.write(folder.resolve(WEIGHTS), entries(tensors), Map.of());
    json(folder.resolve("config.json"), config(tensors.config()));
    json(folder.resolve("generation_config.json"), generation());
    json(folder.resolve("tokenizer_config.json"), tokenizer(tensors.config().positions()));
    text(folder.resolve("tokenizer.json"), vocabulary.tokenizerJson());
  }

  /**
   * Fills weights from the folder of a model of the same sizes.
   *
   * @throws PbqException NOT_FOUND if there is no weight file; BAD_DATA if it is damaged, or a
   *     tensor is missing or has another shape
   */
  static void read(Path folder, TinyWeights tensors) {
    Path file = folder.resolve(WEIGHTS);
    try (SafetensorsFile weights = SafetensorsFile.open(file)) {
      for (Map.Entry<String, int[]> entry : tensors.config().shapes().entrySet()) {
        String name = entry.getKey();
        TensorInfo info = weights.tensors().get(name);
        if (info == null || !Arrays.equals(info.shape(), extents(entry.getValue()))) {
          throw PbqException.badData(file + ": " + name + " is missing or has another shape");
        }
        weights.readFloats(info, 0, info.elementCount(), FloatBuffer.wrap(tensors.values(name)));
      }
    }
  }

  private static List<TensorEntry> entries(TinyWeights tensors) {
    List<TensorEntry> entries = new ArrayList<>();
    tensors
        .config()
        .shapes()
        .forEach(
            (name, shape) -> {
              float[] values = tensors.values(name);
              requireFinite(name, values);
              entries.add(TensorEntry.ofFloats(name, DType.F16, extents(shape), values));
            });
    return entries;
  }

  private static void requireFinite(String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(Half.round(value))) {
        throw new IllegalStateException(name + " holds " + value);
      }
    }
  }

  private static long[] extents(int[] shape) {
    return Arrays.stream(shape).asLongStream().toArray();
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
    text(file, text + "\n");
  }

  private static void text(Path file, String content) {
    AtomicFile.write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
