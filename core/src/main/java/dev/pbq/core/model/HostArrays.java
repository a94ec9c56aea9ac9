package dev.pbq.core.model;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;
import java.util.function.Consumer;

/**
 * Exchange of float32 arrays with Java through the engine's own memory: no copy on the Java heap
 * and no Java direct buffers, whose total is limited.
 */
final class HostArrays {
  private HostArrays() {}

  /**
   * An array written by {@code writer}, which gets its buffer; moved to the manager's device where
   * that is not main memory.
   */
  static NDArray floats(NDManager manager, Shape shape, Consumer<FloatBuffer> writer) {
    return build(manager, shape, host -> writer.accept(buffer(host)));
  }

  /**
   * A scalar, for products that the engine may record: it frees the memory of a Java number before
   * gradients are taken.
   */
  static NDArray scalar(NDManager manager, double value) {
    return manager.full(new Shape(), (float) value, DataType.FLOAT32);
  }

  /**
   * A copy that passes gradients on, as the engine's own does not; closes {@code view}. For what is
   * changed in place later while gradients need the rest of the array.
   */
  static NDArray copy(NDArray view) {
    try (view;
        NDArray one = scalar(view.getManager(), 1)) {
      return view.mul(one);
    }
  }

  /** Indices in the engine's own memory, which recorded operations may keep: int64. */
  static NDArray indices(NDManager manager, Shape shape, long[] values) {
    NDArray array = manager.create(shape, DataType.INT64);
    array.toByteBuffer(true).asLongBuffer().put(values);
    return array;
  }

  /** As {@link #floats}, for arrays that may be too large for one buffer. */
  static NDArray build(NDManager manager, Shape shape, Consumer<NDArray> writer) {
    try (NDManager scratch = manager.newSubManager(Device.cpu())) {
      NDArray host = create(scratch, shape);
      writer.accept(host);
      NDArray result =
          isHost(manager.getDevice()) ? host : host.toDevice(manager.getDevice(), false);
      result.attach(manager);
      return result;
    }
  }

  /** The buffer of an array in main memory: its own memory if it is contiguous. */
  static FloatBuffer buffer(NDArray host) {
    return host.toByteBuffer(true).asFloatBuffer();
  }

  /** Shows the values of a contiguous array, copied where they are not in main memory. */
  static void show(NDArray array, Consumer<FloatBuffer> use) {
    if (isHost(array.getDevice())) {
      use.accept(buffer(array));
      return;
    }
    try (NDManager scratch = array.getManager().newSubManager(Device.cpu());
        NDArray host = array.toDevice(Device.cpu(), false)) {
      host.attach(scratch);
      use.accept(buffer(host));
    }
  }

  /** Rows of x [rows, width], in some order and perhaps several times: [rows.length, width]. */
  static NDArray pick(NDArray x, long[] rows) {
    try (NDArray index = indices(x.getManager(), new Shape(rows.length), rows)) {
      return Embedding.embedding(index, x, SparseFormat.DENSE).singletonOrThrow();
    }
  }

  /** As {@link #pick}, of an array whose first axis has {@code groups} times equally many rows. */
  static NDArray pickGroups(NDArray x, long groups, long[] chosen) {
    Shape shape = x.getShape();
    Shape result = shape.slice(1);
    try (NDArray flat = x.reshape(new Shape(groups, -1));
        NDArray picked = pick(flat, chosen)) {
      return picked.reshape(new Shape(shape.get(0) / groups * chosen.length).addAll(result));
    }
  }

  /** A view of rows [from, to) of an array, attached to the array's manager. */
  static NDArray rows(NDArray array, long from, long to) {
    return slice(array, 0, from, to);
  }

  /** A view of the indices [from, to) along an axis, attached to the array's manager. */
  static NDArray slice(NDArray array, int axis, long from, long to) {
    NDIndex index = new NDIndex();
    for (int i = 0; i < axis; i++) {
      index.addAllDim();
    }
    return array.get(index.addSliceDim(from, to));
  }

  static boolean isHost(Device device) {
    return device.getDeviceType().equals(Device.Type.CPU);
  }

  private static NDArray create(NDManager manager, Shape shape) {
    try {
      return manager.create(shape, DataType.FLOAT32);
    } catch (EngineException e) {
      throw PbqException.resources(
          "out of memory: no room for an array of " + (shape.size() / (1 << 18)) + " MiB", e);
    }
  }
}
