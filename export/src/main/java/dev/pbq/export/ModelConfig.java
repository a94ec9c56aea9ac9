package dev.pbq.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The {@code config.json} of an export. */
public final class ModelConfig {
  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  private ModelConfig() {}

  /**
   * The configuration of the model that a source is, for weights of a type; see {@link
   * #of(ExportSource)}.
   */
  public static ObjectNode dense(ExportSource source, DType type) {
    ObjectNode config = of(source);
    putType(config, type);
    return config;
  }

  /**
   * The configuration of the model that a source is, without its quantization: as the folder has
   * it, but where the model that is run is another than transformers 4 or 5 would make of it.
   */
  public static ObjectNode of(ExportSource source) {
    ObjectNode config = source.folder().config();
    config.remove("quantization_config");
    RopeKeys.put(running(config));
    source.describe(config);
    return config;
  }

  /** The part of a configuration that the model which is run is described by. */
  static ObjectNode running(ObjectNode config) {
    return config.get("text_config") instanceof ObjectNode text ? text : config;
  }

  private static void putType(ObjectNode config, DType type) {
    config.put("torch_dtype", FloatTypes.torchName(type));
    if (config.has("dtype")) {
      // The newer name of the same key; where both occur they must agree.
      config.put("dtype", FloatTypes.torchName(type));
    }
  }

  /** Writes JSON, indented. */
  public static void write(Path file, JsonNode value) {
    try {
      AtomicFile.write(
          file, (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not representable as JSON: " + value, e);
    }
  }
}
