package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.PackedReader;
import dev.pbq.core.tensor.DType;
import java.util.Arrays;

/** Reads one packed layer that {@link PackedTensorCollector} collected. */
public final class SafetensorsPackedReader implements PackedReader {
  private final TensorSource source;
  private final String linear;
  private final ObjectNode attributes;

  /**
   * Parses the layer's descriptor; parts are read when asked for, while {@code source} is open.
   *
   * @param linear the layer's full name as stored, without {@code .weight}
   * @throws PbqException BAD_DATA naming the layer if its descriptor is missing or malformed
   */
  public SafetensorsPackedReader(TensorSource source, String linear) {
    this.source = source;
    this.linear = linear;
    String json = source.metadata().get(PackedTensorCollector.KEY_PREFIX + linear);
    if (json == null) {
      throw bad("has no packed descriptor");
    }
    this.attributes = JsonFiles.parseOwnObject(layer() + ": packed descriptor", json);
  }

  @Override
  public String layer() {
    return TensorNames.printable(linear);
  }

  @Override
  public boolean hasTensor(String part) {
    return source.find(name(part)).isPresent();
  }

  @Override
  public byte[] tensor(String part, DType dtype, long... shape) {
    TensorInfo info = info(part);
    if (info.dtype() != dtype || !Arrays.equals(info.shape(), shape)) {
      throw bad(
          "part "
              + part
              + " is "
              + info.dtype()
              + Arrays.toString(info.shape())
              + " where "
              + dtype
              + Arrays.toString(shape)
              + " was expected");
    }
    if (info.byteCount() > Integer.MAX_VALUE - 8) {
      throw bad("part " + part + " is too large: " + info.byteCount() + " bytes");
    }
    byte[] bytes = new byte[(int) info.byteCount()];
    source.bytes(info.name(), 0, bytes.length).get(bytes);
    return bytes;
  }

  @Override
  public DType dtype(String part) {
    return info(part).dtype();
  }

  @Override
  public long storedBytes() {
    return source.names().stream()
        .filter(name -> name.startsWith(linear + "."))
        .mapToLong(name -> source.find(name).orElseThrow().byteCount())
        .sum();
  }

  @Override
  public long[] shape(String part) {
    return info(part).shape();
  }

  @Override
  public String text(String key) {
    JsonNode value = attribute(key);
    if (!value.isTextual() && !value.isIntegralNumber() && !value.isBoolean()) {
      throw bad("attribute " + key + " is neither text, integer nor boolean");
    }
    return value.asText();
  }

  @Override
  public int integer(String key) {
    JsonNode value = attribute(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw bad("attribute " + key + " is not an integer: " + value);
    }
    return value.intValue();
  }

  private JsonNode attribute(String key) {
    JsonNode value = attributes.get(key);
    if (value == null) {
      throw bad("attribute " + key + " is missing");
    }
    return value;
  }

  private TensorInfo info(String part) {
    return source.find(name(part)).orElseThrow(() -> bad("part " + part + " is missing"));
  }

  private String name(String part) {
    return linear + "." + part;
  }

  private PbqException bad(String what) {
    return PbqException.badData("packed layer " + layer() + ": " + TensorNames.printable(what));
  }
}
