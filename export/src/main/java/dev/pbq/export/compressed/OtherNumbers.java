package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a folder's program quantizes beside weights when it runs the model, which pbq does not. */
final class OtherNumbers {
  private OtherNumbers() {}

  /**
   * Sentences for people.
   *
   * @param config the entry {@code quantization_config}
   */
  static List<String> of(JsonNode config) {
    List<String> sentences = new ArrayList<>();
    Set<String> inputs = new LinkedHashSet<>();
    Set<String> outputs = new LinkedHashSet<>();
    for (JsonNode group : config.path("config_groups")) {
      add(group.path("input_activations"), inputs);
      add(group.path("output_activations"), outputs);
    }
    Set<String> cache = new LinkedHashSet<>();
    add(config.path("kv_cache_scheme"), cache);
    tell("the inputs of linears", inputs, sentences);
    tell("the outputs of linears", outputs, sentences);
    tell("the cache of keys and values", cache, sentences);
    return sentences;
  }

  private static void tell(String what, Set<String> kinds, List<String> sentences) {
    if (!kinds.isEmpty()) {
      sentences.add(
          "its program rounds "
              + what
              + " as well ("
              + String.join("; ", kinds)
              + "); here the weights are as stored, and all else is float32");
    }
  }

  private static void add(JsonNode scheme, Set<String> kinds) {
    if (scheme.isObject()) {
      kinds.add(
          "%d-bit %s, %s, per %s"
              .formatted(
                  scheme.path("num_bits").asInt(8),
                  scheme.path("type").asText("int").equals("float") ? "floats" : "integers",
                  scheme.path("dynamic").asText("false").equals("false") ? "static" : "dynamic",
                  scheme.path("strategy").asText("tensor").equals("token") ? "token" : "tensor"));
    }
  }
}
