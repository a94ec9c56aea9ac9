package dev.pbq.tiny.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.tensor.Half;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights of a model as one safetensors file of binary16 values. */
final class SafetensorsFile {
  private SafetensorsFile() {}

  /**
   * @throws IllegalStateException if a weight is not finite in binary16
   */
  static void write(Path file, Parameters parameters) throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    long offset = 0;
    for (Map.Entry<String, int[]> entry : parameters.config().shapes().entrySet()) {
      long end = offset + 2L * TinyConfig.size(entry.getValue());
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", "F16");
      tensor.put("shape", entry.getValue());
      tensor.put("data_offsets", List.of(offset, end));
      header.put(entry.getKey(), tensor);
      offset = end;
    }
    String text = new ObjectMapper().writeValueAsString(header);
    byte[] json =
        (text + " ".repeat(Math.floorMod(-text.length(), 8))).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (String name : parameters.config().shapes().keySet()) {
        out.write(halves(name, parameters.copy(name)));
      }
    }
  }

  private static byte[] halves(String name, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (!Float.isFinite(Half.round(value))) {
        throw new IllegalStateException(name + " holds " + value);
      }
      bytes.putShort(Half.fromFloat(value));
    }
    return bytes.array();
  }

  /**
   * Fills the weights of a model from a file that {@link #write} wrote.
   *
   * @throws IOException if a tensor is missing or has another shape
   */
  static void read(Path file, Parameters parameters) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int start = Math.toIntExact(8 + bytes.getLong(0));
    JsonNode header =
        new ObjectMapper()
            .readTree(new String(bytes.array(), 8, start - 8, StandardCharsets.UTF_8));
    for (Map.Entry<String, int[]> entry : parameters.config().shapes().entrySet()) {
      String name = entry.getKey();
      JsonNode tensor = header.path(name);
      if (!new ObjectMapper().valueToTree(entry.getValue()).equals(tensor.path("shape"))) {
        throw new IOException(file + ": " + name + " is missing or has another shape");
      }
      int from = start + tensor.path("data_offsets").path(0).asInt();
      FloatBuffer values = parameters.values(name);
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, Half.toFloat(bytes.getShort(from + 2 * i)));
      }
    }
  }
}
