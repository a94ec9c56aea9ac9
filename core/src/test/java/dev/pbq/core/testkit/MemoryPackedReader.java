package dev.pbq.core.testkit;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.PackedReader;
import dev.pbq.core.tensor.DType;
import java.util.Arrays;
import java.util.Map;

/** Reads a layer from parts in memory, with the checks that a reader of files makes. */
public final class MemoryPackedReader implements PackedReader {
  private final String layer;
  private final Map<String, MemoryPackedWriter.Part> parts;
  private final Map<String, Object> attributes;

  public MemoryPackedReader(
      String layer, Map<String, MemoryPackedWriter.Part> parts, Map<String, Object> attributes) {
    this.layer = layer;
    this.parts = parts;
    this.attributes = attributes;
  }

  @Override
  public String layer() {
    return layer;
  }

  @Override
  public boolean hasTensor(String part) {
    return parts.containsKey(part);
  }

  @Override
  public byte[] tensor(String part, DType dtype, long... shape) {
    MemoryPackedWriter.Part stored = part(part);
    if (stored.dtype() != dtype || !Arrays.equals(stored.shape(), shape)) {
      throw PbqException.badData(
          layer
              + "."
              + part
              + " is "
              + stored.dtype()
              + Arrays.toString(stored.shape())
              + ", not "
              + dtype
              + Arrays.toString(shape));
    }
    return stored.bytes();
  }

  @Override
  public DType dtype(String part) {
    return part(part).dtype();
  }

  @Override
  public long storedBytes() {
    return parts.values().stream().mapToLong(part -> part.bytes().length).sum();
  }

  @Override
  public long[] shape(String part) {
    return part(part).shape();
  }

  @Override
  public String text(String key) {
    if (attribute(key) instanceof String s) {
      return s;
    }
    throw PbqException.badData(layer + ": attribute " + key + " is not a string");
  }

  @Override
  public int integer(String key) {
    if (attribute(key) instanceof Integer i) {
      return i;
    }
    throw PbqException.badData(layer + ": attribute " + key + " is not an integer");
  }

  private MemoryPackedWriter.Part part(String part) {
    MemoryPackedWriter.Part stored = parts.get(part);
    if (stored == null) {
      throw PbqException.badData(layer + "." + part + " is missing");
    }
    return stored;
  }

  private Object attribute(String key) {
    Object value = attributes.get(key);
    if (value == null) {
      throw PbqException.badData(layer + ": attribute " + key + " is missing");
    }
    return value;
  }
}
