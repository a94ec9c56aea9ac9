package dev.pbq.core.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/** Small random models with the vocabulary and the tokenizer of another model. */
public final class GrownVocabulary {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TABLE =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|word_embeddings|embed_in|embed_out|lm_head)\\.(weight|bias)");

  private GrownVocabulary() {}

  /**
   * Writes a copy of a model that knows another model's tokens.
   *
   * @param model its configuration and weights
   * @param tokenizer a folder with a tokenizer.json and a configuration
   * @param target a folder to be made
   */
  public static Path copy(Path model, Path tokenizer, Path target) throws IOException {
    int vocabulary =
        JSON.readTree(tokenizer.resolve("config.json").toFile()).get("vocab_size").intValue();
    Files.createDirectories(target);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tokenizer.resolve(file), target.resolve(file));
    }
    ObjectNode config = (ObjectNode) JSON.readTree(model.resolve("config.json").toFile());
    ObjectNode sizes = config.get("text_config") instanceof ObjectNode text ? text : config;
    int before = sizes.get("vocab_size").intValue();
    sizes.put("vocab_size", vocabulary);
    JSON.writeValue(target.resolve("config.json").toFile(), config);
    Random random = new Random(3);
    List<TensorEntry> entries = new ArrayList<>();
    try (Checkpoint original = Checkpoint.open(model)) {
      for (String name : original.names()) {
        long[] shape = original.shape(name).clone();
        float[] values = original.read(name);
        if (TABLE.matcher(name).matches() && shape[0] == before) {
          int had = values.length;
          values = Arrays.copyOf(values, had / before * vocabulary);
          for (int i = had; i < values.length; i++) {
            values[i] = 0.1f * (float) random.nextGaussian();
          }
          shape[0] = vocabulary;
        }
        entries.add(TensorEntry.ofFloats(name, DType.F32, shape, values));
      }
      SafetensorsWriter.write(target.resolve("model.safetensors"), entries, Map.of());
    }
    return target;
  }
}
