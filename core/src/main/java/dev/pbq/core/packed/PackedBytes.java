package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A quantized layer as one array of bytes, for sending it from one process to another of the same
 * version; what is kept for longer is a file of a model folder.
 */
public final class PackedBytes {
  private PackedBytes() {}

  /** A part of a layer. */
  private record Part(DType dtype, long[] shape, byte[] bytes) {}

  /** The bytes of a layer; {@link #read} gives an equal one. */
  public static byte[] of(QuantizedLinear layer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      Collector collector = new Collector();
      layer.write(collector);
      out.writeInt(collector.attributes.size());
      for (Map.Entry<String, String> attribute : collector.attributes.entrySet()) {
        out.writeUTF(attribute.getKey());
        out.writeUTF(attribute.getValue());
      }
      out.writeInt(collector.parts.size());
      for (Map.Entry<String, Part> named : collector.parts.entrySet()) {
        Part part = named.getValue();
        out.writeUTF(named.getKey());
        out.writeUTF(part.dtype().name());
        out.writeInt(part.shape().length);
        for (long d : part.shape()) {
          out.writeLong(d);
        }
        out.writeInt(part.bytes().length);
        out.write(part.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The layer that these are the bytes of.
   *
   * @param name of the layer, for messages
   * @throws PbqException BAD_DATA if they are none's
   */
  public static QuantizedLinear read(String name, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      Map<String, String> attributes = new LinkedHashMap<>();
      for (int i = in.readInt(); i > 0; i--) {
        attributes.put(in.readUTF(), in.readUTF());
      }
      Map<String, Part> parts = new LinkedHashMap<>();
      for (int i = in.readInt(); i > 0; i--) {
        String part = in.readUTF();
        DType dtype = DType.valueOf(in.readUTF());
        long[] shape = new long[in.readInt()];
        for (int d = 0; d < shape.length; d++) {
          shape[d] = in.readLong();
        }
        parts.put(part, new Part(dtype, shape, in.readNBytes(in.readInt())));
      }
      return PackedLinears.read(new Reader(name, attributes, parts));
    } catch (IOException e) {
      throw PbqException.badData("layer " + name + " was cut off on its way: " + e.getMessage(), e);
    }
  }

  /** Keeps what a layer writes. */
  private static final class Collector implements PackedWriter {
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final Map<String, Part> parts = new LinkedHashMap<>();

    @Override
    public void tensor(String part, DType dtype, long[] shape, byte[] littleEndian) {
      parts.put(part, new Part(dtype, shape.clone(), littleEndian));
    }

    @Override
    public void attribute(String key, Object value) {
      attributes.put(key, value.toString());
    }
  }

  /** Gives back what a layer wrote. */
  private record Reader(String layer, Map<String, String> attributes, Map<String, Part> parts)
      implements PackedReader {
    @Override
    public boolean hasTensor(String part) {
      return parts.containsKey(part);
    }

    @Override
    public byte[] tensor(String part, DType dtype, long... shape) {
      Part found = part(part);
      if (found.dtype() != dtype || !Arrays.equals(found.shape(), shape)) {
        throw PbqException.badData(
            "part %s of layer %s is %s%s where %s%s was expected"
                .formatted(
                    part,
                    layer,
                    found.dtype(),
                    Arrays.toString(found.shape()),
                    dtype,
                    Arrays.toString(shape)));
      }
      return found.bytes();
    }

    @Override
    public DType dtype(String part) {
      return part(part).dtype();
    }

    @Override
    public long[] shape(String part) {
      return part(part).shape().clone();
    }

    @Override
    public long storedBytes() {
      return parts.values().stream().mapToLong(part -> part.bytes().length).sum();
    }

    @Override
    public String text(String key) {
      String value = attributes.get(key);
      if (value == null) {
        throw PbqException.badData("layer " + layer + ": attribute " + key + " is missing");
      }
      return value;
    }

    @Override
    public int integer(String key) {
      String value = text(key);
      try {
        return Integer.parseInt(value);
      } catch (NumberFormatException e) {
        throw PbqException.badData(
            "layer " + layer + ": attribute " + key + " is not an integer: " + value, e);
      }
    }

    private Part part(String part) {
      Part found = parts.get(part);
      if (found == null) {
        throw PbqException.badData("layer " + layer + ": part " + part + " is missing");
      }
      return found;
    }
  }
}
