package dev.pbq.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The {@code config.json} of an export. */
public final class ModelConfig {
  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  private ModelConfig() {}

  /** The source's configuration, without its quantization, for weights of a type. */
  public static ObjectNode dense(ModelFolder source, DType type) {
    ObjectNode config = source.config();
    config.remove("quantization_config");
    config.put("torch_dtype", FloatTypes.torchName(type));
    if (config.has("dtype")) {
      // The newer name of the same key; where both occur they must agree.
      config.put("dtype", FloatTypes.torchName(type));
    }
    return config;
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
