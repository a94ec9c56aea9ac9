package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.PackedWriter;
import dev.pbq.core.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects one packed layer as tensors {@code <linear>.<part>} and a JSON descriptor of its
 * attributes, which goes into the file's metadata under {@code pbq.linear.<linear>}.
 */
public final class PackedTensorCollector implements PackedWriter {
  /** What the metadata key of a layer's descriptor starts with; the layer's name follows. */
  public static final String KEY_PREFIX = "pbq.linear.";

  /** Tensors of a linear that are read as such. */
  static final Set<String> DENSE_PARTS = Set.of("weight", "bias");

  /** What the weight, if it is not packed, is stored as; no part can have the name. */
  private static final String WEIGHT = "weight";

  private final String linear;
  private final List<TensorEntry> entries = new ArrayList<>();
  private final ObjectNode attributes = JsonNodeFactory.instance.objectNode();

  /**
   * @param linear the layer's full name without {@code .weight}
   */
  public PackedTensorCollector(String linear) {
    this.linear = linear;
  }

  @Override
  public void tensor(String part, DType dtype, long[] shape, byte[] littleEndian) {
    String name = linear + "." + part;
    if (part.isEmpty() || part.contains(".") || part.equals(WEIGHT)) {
      throw new IllegalArgumentException("a packed layer cannot have a part named '" + part + "'");
    }
    if (entries.stream().anyMatch(entry -> entry.name().equals(name))) {
      throw new IllegalArgumentException("two parts named " + name);
    }
    entries.add(TensorEntry.ofBytes(name, dtype, shape, littleEndian));
  }

  @Override
  public void attribute(String key, Object value) {
    if (attributes.has(key)) {
      throw new IllegalArgumentException("two attributes " + key + " of " + linear);
    }
    if (value instanceof String text) {
      attributes.put(key, text);
    } else if (value instanceof Integer number) {
      attributes.put(key, number);
    } else if (value instanceof Long number) {
      attributes.put(key, number);
    } else if (value instanceof Boolean flag) {
      attributes.put(key, flag);
    } else {
      throw new IllegalArgumentException(
          "attribute " + key + " of " + linear + " is neither text, integer nor boolean: " + value);
    }
  }

  /** The parts so far, in the order of their writing. */
  public List<TensorEntry> entries() {
    return List.copyOf(entries);
  }

  /** The attributes so far as JSON, in the order of their writing. */
  public String descriptor() {
    return attributes.toString();
  }

  /** Parts and descriptor together, to be written into one shard. */
  public TensorGroup group() {
    return new TensorGroup(entries, Map.of(KEY_PREFIX + linear, descriptor()));
  }
}
