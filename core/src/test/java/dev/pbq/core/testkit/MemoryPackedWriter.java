package dev.pbq.core.testkit;

import dev.pbq.core.packed.PackedWriter;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the parts of one layer in memory; refuses what a file could not hold. */
public final class MemoryPackedWriter implements PackedWriter {
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  /** A stored part. */
  public record Part(DType dtype, long[] shape, byte[] bytes) {}

  /** What a layer writes. */
  public static MemoryPackedWriter of(QuantizedLinear linear) {
    MemoryPackedWriter out = new MemoryPackedWriter();
    linear.write(out);
    return out;
  }

  @Override
  public void tensor(String part, DType dtype, long[] shape, byte[] littleEndian) {
    long expected = dtype.bytes();
    for (long d : shape) {
      expected = Math.multiplyExact(expected, d);
    }
    if (littleEndian.length != expected) {
      throw new IllegalArgumentException(
          part + ": " + littleEndian.length + " bytes where " + expected + " belong");
    }
    if (parts.put(part, new Part(dtype, shape, littleEndian)) != null) {
      throw new IllegalArgumentException(part + " is written twice");
    }
  }

  @Override
  public void attribute(String key, Object value) {
    if (!(value instanceof String || value instanceof Integer || value instanceof Boolean)) {
      throw new IllegalArgumentException(key + " is a " + value.getClass());
    }
    if (attributes.put(key, value) != null) {
      throw new IllegalArgumentException(key + " is written twice");
    }
  }

  /** The parts, in the order of writing; changes show in readers. */
  public Map<String, Part> parts() {
    return parts;
  }

  /** The attributes, in the order of writing; changes show in readers. */
  public Map<String, Object> attributes() {
    return attributes;
  }

  /** All bytes of all parts. */
  public long bytes() {
    return parts.values().stream().mapToLong(p -> p.bytes().length).sum();
  }

  /** A reader of what is (at the time of reading) here. */
  public MemoryPackedReader reader(String layer) {
    return new MemoryPackedReader(layer, parts, attributes);
  }
}
