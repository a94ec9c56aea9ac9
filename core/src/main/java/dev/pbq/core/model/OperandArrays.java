package dev.pbq.core.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;

/** Arrays whose contents a {@link OperandTransform} changes. */
final class OperandArrays {
  private OperandArrays() {}

  /** Changes the contents of an array in main memory, seen as [matrices, rows, cols]. */
  static void change(
      String name, NDArray host, OperandTransform transform, long matrices, long rows) {
    if (transform == OperandTransform.NONE) {
      return;
    }
    requireBuffer(name, host);
    apply(HostArrays.buffer(host), transform, matrices, rows);
  }

  /**
   * An array of x's shape with changed contents, attached to the manager of {@code x}. Where the
   * thread records, gradients pass to {@code x} as the transform says.
   *
   * @param name of the operand, for messages
   * @param x any view
   * @param matrices into which its elements divide, in their order
   * @param rows of each
   */
  static NDArray changed(
      String name, NDArray x, OperandTransform transform, long matrices, long rows) {
    requireBuffer(name, x);
    if (!OwnedArrays.isRecording()) {
      return copied(x, transform, matrices, rows);
    }
    if (transform == OperandTransform.NONE) {
      return x.reshape(x.getShape());
    }
    NDArray constant = copied(x, transform, matrices, rows);
    if (!transform.passesGradients()) {
      return constant;
    }
    // x - x is exactly 0 and has x's gradient: the sum is the constant, to the last bit.
    try (constant;
        NDArray same = x.stopGradient();
        NDArray zero = x.sub(same)) {
      return zero.add(constant);
    }
  }

  /** A contiguous copy with changed contents. */
  private static NDArray copied(NDArray x, OperandTransform transform, long matrices, long rows) {
    NDManager manager = x.getManager();
    if (HostArrays.isHost(x.getDevice())) {
      return copy(manager, x, x, transform, matrices, rows);
    }
    try (NDManager scratch = manager.newSubManager(Device.cpu());
        NDArray host = x.toDevice(Device.cpu(), false)) {
      host.attach(scratch);
      return copy(manager, x, host, transform, matrices, rows);
    }
  }

  /**
   * Shows an array, seen as matrices whose rows are as long as the array's.
   *
   * @param name of the output, for messages
   * @param y contiguous
   */
  static void show(String name, NDArray y, ProductOutput output, long matrices) {
    if (output == ProductOutput.NONE) {
      return;
    }
    requireBuffer(name, y);
    if (HostArrays.isHost(y.getDevice())) {
      show(y, y, output, matrices);
      return;
    }
    try (NDManager scratch = y.getManager().newSubManager(Device.cpu());
        NDArray host = y.toDevice(Device.cpu(), false)) {
      host.attach(scratch);
      show(y, host, output, matrices);
    }
  }

  private static void show(NDArray y, NDArray host, ProductOutput output, long matrices) {
    long cols = y.getShape().get(y.getShape().dimension() - 1);
    long rows = y.getShape().size() / matrices / cols;
    output.accept(
        HostArrays.buffer(host),
        Math.toIntExact(matrices),
        Math.toIntExact(rows),
        Math.toIntExact(cols));
  }

  private static NDArray copy(
      NDManager manager,
      NDArray x,
      NDArray host,
      OperandTransform transform,
      long matrices,
      long rows) {
    return HostArrays.floats(
        manager,
        x.getShape(),
        buffer -> {
          buffer.put(HostArrays.buffer(host)).rewind();
          apply(buffer, transform, matrices, rows);
        });
  }

  private static void apply(
      FloatBuffer buffer, OperandTransform transform, long matrices, long rows) {
    int cols = Math.toIntExact(buffer.capacity() / (matrices * rows));
    transform.apply(buffer, Math.toIntExact(matrices), Math.toIntExact(rows), cols);
  }

  private static void requireBuffer(String name, NDArray x) {
    if (x.getShape().size() * Float.BYTES > Integer.MAX_VALUE) {
      throw PbqException.usage(
          name + " is larger than 2 GiB, more than can be changed: run fewer tokens at a time");
    }
  }
}
