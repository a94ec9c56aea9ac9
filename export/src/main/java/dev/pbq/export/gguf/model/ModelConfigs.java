package dev.pbq.export.gguf.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.export.gguf.family.FileArchitecture;
import dev.pbq.export.gguf.family.ModelKeys;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufMetadata;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Makes the {@code config.json} that a file's metadata stand for. */
public final class ModelConfigs {
  private ModelConfigs() {}

  /**
   * The configuration of a file's model.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA naming the key that is missing or wrong
   */
  public static ObjectNode of(GgufFile file, FileArchitecture architecture) {
    GgufMetadata metadata = file.metadata();
    ModelKeys keys = new ModelKeys(file, metadata.text("general.architecture").orElseThrow());
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", architecture.modelType());
    config.put("vocab_size", keys.vocabulary());
    if (!architecture.modelType().equals("gpt2")) {
      config.put("hidden_size", keys.hidden());
      config.put("intermediate_size", keys.intermediate());
      config.put("num_hidden_layers", keys.layers());
      config.put("num_attention_heads", keys.heads());
      config.put("num_key_value_heads", keys.keyValueHeads());
      config.put("head_dim", keys.headDim());
      config.put("max_position_embeddings", keys.positions());
    }
    config.put("tie_word_embeddings", !keys.holds("output.weight"));
    metadata.id("tokenizer.ggml.bos_token_id").ifPresent(id -> config.put("bos_token_id", id));
    putEnds(metadata, config);
    architecture.config().accept(keys, config);
    config.put("torch_dtype", "float32");
    config
        .putObject("quantization_config")
        .put("quant_method", GgufModelFormat.NAME)
        .put(ModelFolder.WEIGHT_FILE, file.path().toString());
    return config;
  }

  /** The end of a text, and of a turn where that is another token. */
  private static void putEnds(GgufMetadata metadata, ObjectNode config) {
    int[] ends =
        Stream.of("eos", "eot")
            .map(name -> metadata.id("tokenizer.ggml." + name + "_token_id"))
            .filter(OptionalInt::isPresent)
            .mapToInt(OptionalInt::getAsInt)
            .distinct()
            .toArray();
    if (ends.length == 1) {
      config.put("eos_token_id", ends[0]);
    } else if (ends.length == 2) {
      config.putArray("eos_token_id").add(ends[0]).add(ends[1]);
    }
  }
}
