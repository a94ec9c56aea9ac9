package dev.pbq.train.student;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.FloatBuffer;
import java.util.function.Consumer;

/**
 * Values of the engine's arrays exchanged with Java: in place where an array is in main memory, by
 * a copy where it is on another device.
 */
final class EngineFloats {
  private EngineFloats() {}

  /** Overwrites an array; {@code writer} gets a buffer of its size. */
  static void write(NDArray array, Consumer<FloatBuffer> writer) {
    if (array.getDevice().equals(Device.cpu())) {
      writer.accept(floats(array));
      return;
    }
    try (NDManager scratch = array.getManager().newSubManager(Device.cpu())) {
      NDArray host = scratch.create(array.getShape(), DataType.FLOAT32);
      writer.accept(floats(host));
      host.copyTo(array);
    }
  }

  /** The values of an array, which is set to zero. */
  static float[] take(NDArray array) {
    if (array.getDevice().equals(Device.cpu())) {
      FloatBuffer buffer = floats(array);
      float[] values = new float[buffer.capacity()];
      buffer.get(0, values);
      buffer.put(0, new float[values.length]);
      return values;
    }
    float[] values = array.toFloatArray();
    array.subi(array);
    return values;
  }

  /** The engine's own memory. */
  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).asFloatBuffer();
  }
}
