package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * A {@code config.json} that gives a quantized model a type of its own, in the usual form: the
 * model's own type, and a {@code quantization_config} that names the method.
 */
final class StatedConfig {
  private static final String TYPE = "model_type";
  private static final String QUANTIZATION = "quantization_config";

  /** What such a type stands for. */
  private record Meaning(String modelType, String quantMethod) {}

  /** OneBit's program has a copy of Llama's code of its own. */
  private static final Map<String, Meaning> MEANINGS =
      Map.of("bitllama", new Meaning("llama", "onebit"));

  private StatedConfig() {}

  /** Changes a configuration; one that is in the usual form stays as it is. */
  static ObjectNode usual(ObjectNode config) {
    Meaning meaning = MEANINGS.get(config.path(TYPE).asText());
    if (meaning != null) {
      config.put(TYPE, meaning.modelType());
      if (!config.hasNonNull(QUANTIZATION)) {
        config.putObject(QUANTIZATION).put("quant_method", meaning.quantMethod());
      }
    }
    return config;
  }
}
