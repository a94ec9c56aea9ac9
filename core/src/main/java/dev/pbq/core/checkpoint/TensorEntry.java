package dev.pbq.core.checkpoint;

import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor to be written. Its bytes are asked for when its turn comes, so no tensor needs to be
 * whole in memory.
 *
 * @param name its full name
 * @param dtype element type
 * @param shape dimensions; empty for a scalar
 * @param source delivers exactly {@link #byteCount()} bytes
 */
public record TensorEntry(String name, DType dtype, long[] shape, Source source) {
  private static final int CHUNK_ELEMENTS = 1 << 15;

  /** Where the bytes come from. */
  @FunctionalInterface
  public interface Source {
    /** Writes the whole tensor, little-endian and row-major; may be called more than once. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  public TensorEntry {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(source, "source");
    shape = shape.clone();
    byteCount(name, dtype, shape);
  }

  /** A tensor already in memory; the array is not copied and must not change afterwards. */
  public static TensorEntry ofBytes(String name, DType dtype, long[] shape, byte[] littleEndian) {
    TensorEntry entry =
        new TensorEntry(name, dtype, shape, out -> out.write(ByteBuffer.wrap(littleEndian)));
    if (entry.byteCount() != littleEndian.length) {
      throw new IllegalArgumentException(
          entry + " takes " + entry.byteCount() + " bytes, not " + littleEndian.length);
    }
    return entry;
  }

  /**
   * Float32 values, rounded half to even to {@code dtype} (F32, F16 or BF16) as they are written;
   * the array is not copied and must not change afterwards.
   */
  public static TensorEntry ofFloats(String name, DType dtype, long[] shape, float[] values) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("float32 values cannot be stored as " + dtype);
    }
    TensorEntry entry = new TensorEntry(name, dtype, shape, out -> writeFloats(values, dtype, out));
    if (entry.byteCount() != (long) values.length * dtype.bytes()) {
      throw new IllegalArgumentException(entry + " does not hold " + values.length + " values");
    }
    return entry;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Bytes that the tensor takes. */
  public long byteCount() {
    return byteCount(name, dtype, shape);
  }

  private static long byteCount(String name, DType dtype, long[] shape) {
    long count = dtype.bytes();
    for (long d : shape) {
      if (d < 0) {
        throw new IllegalArgumentException(
            "tensor " + name + " cannot have shape " + Arrays.toString(shape));
      }
      count = Math.multiplyExact(count, d);
    }
    return count;
  }

  private static void writeFloats(float[] values, DType dtype, WritableByteChannel out)
      throws IOException {
    byte[] chunk = new byte[Math.min(CHUNK_ELEMENTS, values.length) * dtype.bytes()];
    for (int from = 0; from < values.length; from += CHUNK_ELEMENTS) {
      int count = Math.min(CHUNK_ELEMENTS, values.length - from);
      ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
      switch (dtype) {
        case F32 -> buffer.asFloatBuffer().put(values, from, count);
        case F16 -> {
          for (int i = 0; i < count; i++) {
            buffer.putShort(2 * i, Half.fromFloat(values[from + i]));
          }
        }
        default -> {
          for (int i = 0; i < count; i++) {
            buffer.putShort(2 * i, Half.bfloatFromFloat(values[from + i]));
          }
        }
      }
      out.write(buffer.position(0).limit(count * dtype.bytes()));
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TensorEntry t
        && t.name.equals(name)
        && t.dtype == dtype
        && Arrays.equals(t.shape, shape)
        && t.source.equals(source);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return TensorNames.printable(name) + " " + dtype + Arrays.toString(shape);
  }
}
