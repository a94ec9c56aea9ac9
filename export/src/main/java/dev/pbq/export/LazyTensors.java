package dev.pbq.export;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/** Tensors whose numbers are made when they are written, so that a model need not be in memory. */
public final class LazyTensors {
  private LazyTensors() {}

  /** Words of 32 bits, row-major. */
  public static TensorEntry words(String name, long[] shape, Supplier<int[]> words) {
    return new TensorEntry(
        name,
        DType.I32,
        shape,
        out -> {
          int[] values = words.get();
          ByteBuffer bytes =
              ByteBuffer.allocate(Math.multiplyExact(values.length, Integer.BYTES))
                  .order(ByteOrder.LITTLE_ENDIAN);
          bytes.asIntBuffer().put(values);
          out.write(bytes);
        });
  }

  /** Signed bytes, row-major. */
  public static TensorEntry bytes(String name, long[] shape, Supplier<byte[]> bytes) {
    return new TensorEntry(name, DType.I8, shape, out -> out.write(ByteBuffer.wrap(bytes.get())));
  }

  /** Numbers, row-major, rounded half to even to F32, F16 or BF16. */
  public static TensorEntry numbers(
      String name, DType type, long[] shape, Supplier<float[]> numbers) {
    return new TensorEntry(
        name,
        type,
        shape,
        out -> TensorEntry.ofFloats(name, type, shape, numbers.get()).source().writeTo(out));
  }
}
