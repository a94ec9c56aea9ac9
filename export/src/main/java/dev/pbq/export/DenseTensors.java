package dev.pbq.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;

/** Tensors written to safetensors as floating-point numbers, and the comparison afterwards. */
public final class DenseTensors {
  private static final int CHUNK_ELEMENTS = 1 << 20;

  private DenseTensors() {}

  /** Rows that are handled at a time. */
  public static int chunkRows(int cols) {
    return Math.max(1, CHUNK_ELEMENTS / Math.max(1, cols));
  }

  /**
   * A tensor of the source in another floating-point type, read and rounded as it is written; byte
   * for byte where the type is the same or no floating-point one.
   */
  public static TensorEntry entry(ExportSource source, String name, DType type) {
    if (!source.isQuantized(name)) {
      DType stored = source.dtype(name);
      if (stored == type || !stored.isFloating()) {
        return source.verbatim(name);
      }
    }
    return rounded(source, name, type);
  }

  /** A tensor of the source in a floating-point type, whatever it is stored in. */
  static TensorEntry rounded(ExportSource source, String name, DType type) {
    return new TensorEntry(
        name, type, source.shape(name), out -> writeRows(source, name, type, out));
  }

  private static void writeRows(
      ExportSource source, String name, DType type, WritableByteChannel out) throws IOException {
    int rows = source.rows(name);
    int cols = source.cols(name);
    int step = Math.min(rows, chunkRows(cols));
    float[] values = new float[step * cols];
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row += step) {
      int count = Math.min(step, rows - row);
      source.read(name, row, count, values);
      FloatTypes.requireHeld(type, name, values, count * cols);
      bytes.clear();
      for (int i = 0; i < count * cols; i++) {
        switch (type) {
          case F16 -> bytes.putShort(Half.fromFloat(values[i]));
          case BF16 -> bytes.putShort(Half.bfloatFromFloat(values[i]));
          default -> bytes.putFloat(values[i]);
        }
      }
      out.write(bytes.flip());
    }
  }

  /**
   * Compares a tensor read back with the source: every value must be the source's, rounded to the
   * type it is stored in.
   *
   * @throws PbqException BAD_DATA naming the tensor if it is not
   */
  public static ExportedTensor check(ExportSource source, String name, Checkpoint written) {
    DType type = written.info(name).dtype();
    TensorError.Sum sum = new TensorError.Sum();
    if (!type.isFloating()) {
      requireSameBytes(source, name, written);
      return new ExportedTensor(name, name, type.name(), Fidelity.EXACT, sum.error());
    }
    int rows = source.rows(name);
    int cols = source.cols(name);
    int step = Math.min(rows, chunkRows(cols));
    float[] expected = new float[step * cols];
    float[] actual = new float[step * cols];
    boolean vector = source.shape(name).length == 1;
    for (int row = 0; row < rows; row += step) {
      int count = Math.min(step, rows - row);
      source.read(name, row, count, expected);
      written.readRows(name, row, vector ? cols : count, FloatBuffer.wrap(actual));
      for (int i = 0; i < count * cols; i++) {
        float meant = type == DType.F64 ? expected[i] : FloatTypes.round(type, expected[i]);
        if (Float.compare(meant, actual[i]) != 0) {
          throw PbqException.badData(
              "tensor %s, row %d, column %d: %s was read back where %s was written"
                  .formatted(name, row + i / cols, i % cols, actual[i], meant));
        }
        sum.add(expected[i], actual[i]);
      }
    }
    TensorError error = sum.error();
    return new ExportedTensor(
        name, name, type.name(), error.isZero() ? Fidelity.EXACT : Fidelity.ROUNDED, error);
  }

  private static void requireSameBytes(ExportSource source, String name, Checkpoint written) {
    TensorEntry entry = source.verbatim(name);
    try {
      entry.source().writeTo(new Comparing(name, written));
    } catch (IOException e) {
      throw PbqException.badData("tensor " + name + ": " + e.getMessage(), e);
    }
  }

  /** Takes a tensor's bytes and compares them with those of a written one. */
  private static final class Comparing implements WritableByteChannel {
    private final String name;
    private final Checkpoint written;
    private long position;

    Comparing(String name, Checkpoint written) {
      this.name = name;
      this.written = written;
    }

    @Override
    public int write(ByteBuffer bytes) {
      int count = bytes.remaining();
      if (!written.bytes(name, position, count).equals(bytes)) {
        throw PbqException.badData("tensor " + name + " was read back with other bytes");
      }
      position += count;
      bytes.position(bytes.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
