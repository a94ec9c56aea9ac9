package dev.pbq.core.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A small safetensors file read whole: a reader of its own, so that golden tests do not depend on
 * the code they test.
 */
public final class GoldenFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final JsonNode header;
  private final ByteBuffer data;

  private GoldenFile(Path path, JsonNode header, ByteBuffer data) {
    this.path = path;
    this.header = header;
    this.data = data;
  }

  public static GoldenFile read(Path path) {
    try {
      ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      int length = Math.toIntExact(all.getLong());
      byte[] json = new byte[length];
      all.get(json);
      return new GoldenFile(path, JSON.readTree(json), all.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean has(String name) {
    return header.has(name);
  }

  /** The tensors whose names start with {@code prefix}. */
  public List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    header
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (name.startsWith(prefix) && !name.equals("__metadata__")) {
                names.add(name);
              }
            });
    return names;
  }

  /** A string of the file's metadata. */
  public String metadata(String key) {
    return header.get("__metadata__").get(key).asText();
  }

  /** The element type, as in the header. */
  public DType dtype(String name) {
    return DType.valueOf(entry(name).get("dtype").asText());
  }

  /** The stored bytes. */
  public byte[] bytes(String name) {
    int from = entry(name).get("data_offsets").get(0).asInt();
    byte[] bytes = new byte[entry(name).get("data_offsets").get(1).asInt() - from];
    data.slice(from, bytes.length).get(bytes);
    return bytes;
  }

  public int[] shape(String name) {
    JsonNode shape = entry(name).get("shape");
    int[] dims = new int[shape.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.get(i).asInt();
    }
    return dims;
  }

  /** Entries widened to float32; BOOL gives 0 and 1. */
  public float[] floats(String name) {
    JsonNode entry = entry(name);
    int from = entry.get("data_offsets").get(0).asInt();
    int to = entry.get("data_offsets").get(1).asInt();
    ByteBuffer bytes = data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    String dtype = entry.get("dtype").asText();
    int width =
        switch (dtype) {
          case "F64", "I64" -> 8;
          case "F32", "I32" -> 4;
          case "F16", "BF16" -> 2;
          case "BOOL", "U8" -> 1;
          default -> throw new IllegalStateException(path + ": " + name + " has dtype " + dtype);
        };
    float[] values = new float[(to - from) / width];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case "F64" -> (float) bytes.getDouble();
            case "I64" -> (float) bytes.getLong();
            case "F32" -> bytes.getFloat();
            case "I32" -> (float) bytes.getInt();
            case "F16" -> Half.toFloat(bytes.getShort());
            case "BF16" -> Half.bfloatToFloat(bytes.getShort());
            default -> (float) (bytes.get() & 0xff);
          };
    }
    return values;
  }

  /** Entries of an F64 tensor. */
  public double[] doubles(String name) {
    JsonNode entry = entry(name);
    if (!entry.get("dtype").asText().equals("F64")) {
      throw new IllegalStateException(path + ": " + name + " is no F64 tensor");
    }
    int from = entry.get("data_offsets").get(0).asInt();
    int to = entry.get("data_offsets").get(1).asInt();
    double[] values = new double[(to - from) / 8];
    data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }

  public DoubleMatrix doubleMatrix(String name) {
    int[] shape = shape(name);
    return new DoubleMatrix(shape[0], shape[1], doubles(name));
  }

  public FloatMatrix matrix(String name) {
    int[] shape = shape(name);
    return new FloatMatrix(shape[0], shape[1], floats(name));
  }

  private JsonNode entry(String name) {
    JsonNode entry = header.get(name);
    if (entry == null) {
      throw new IllegalStateException(path + " has no " + name);
    }
    return entry;
  }
}
