package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads a small safetensors file (F32 or F16) whole: all that these tests need. */
final class SafetensorsFixture {
  private SafetensorsFixture() {}

  static MapWeights read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Math.toIntExact(bytes.getLong());
    String header = new String(bytes.array(), 8, headerLength, StandardCharsets.UTF_8);
    MapWeights weights = new MapWeights();
    for (Map.Entry<String, JsonNode> entry : new ObjectMapper().readTree(header).properties()) {
      if (entry.getKey().equals("__metadata__")) {
        continue;
      }
      JsonNode tensor = entry.getValue();
      long[] shape = new long[tensor.get("shape").size()];
      int size = 1;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = tensor.get("shape").get(i).longValue();
        size *= (int) shape[i];
      }
      int start = 8 + headerLength + tensor.get("data_offsets").get(0).intValue();
      float[] values = new float[size];
      String dtype = tensor.get("dtype").textValue();
      for (int i = 0; i < size; i++) {
        values[i] =
            switch (dtype) {
              case "F32" -> bytes.getFloat(start + 4 * i);
              case "F16" -> Half.toFloat(bytes.getShort(start + 2 * i));
              default -> throw new IOException("dtype " + dtype);
            };
      }
      weights.put(entry.getKey(), values, shape);
    }
    return weights;
  }
}
