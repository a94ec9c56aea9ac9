package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Reads and checks what {@link Parts} writes. Every method throws BAD_DATA naming layer and part.
 */
final class PartReader {
  /** Up to this size a layer takes little memory, whatever it holds. */
  private static final int FEW_WEIGHTS = 1 << 22;

  /** Of the families that store equal weights as runs; no real layer is near. */
  private static final int WEIGHTS_PER_BYTE = 4096;

  private final PackedReader in;

  PartReader(PackedReader in) {
    this.in = in;
  }

  /** The attributes of layers in groups of columns; {@code rows * cols} is below 2^31 - 64. */
  record Header(int rows, int cols, int groupSize) {
    int weights() {
      return rows * cols;
    }

    int groups() {
      return Shapes.groups(cols, groupSize);
    }
  }

  /** Rows and columns; their product is below 2^31 - 64. */
  record Shape(int rows, int cols) {}

  Header header(int supportedVersion) {
    Shape shape = shape(supportedVersion);
    return new Header(shape.rows(), shape.cols(), integer("group_size", 1, shape.cols()));
  }

  /** The same for families whose groups follow the row-major order: up to all weights in one. */
  Header flatHeader(int supportedVersion) {
    Shape shape = shape(supportedVersion);
    int weights = shape.rows() * shape.cols();
    return new Header(shape.rows(), shape.cols(), integer("group_size", 1, weights));
  }

  /** Checks the version and reads the shape. */
  Shape shape(int supportedVersion) {
    int version = in.integer("version");
    if (version != supportedVersion) {
      throw bad(
          "version",
          "version "
              + version
              + " of "
              + in.text("family")
              + "; this program reads version "
              + supportedVersion);
    }
    return shape();
  }

  /** Reads the shape. */
  Shape shape() {
    int rows = integer("rows", 1, Integer.MAX_VALUE);
    int cols = integer("cols", 1, Integer.MAX_VALUE);
    if ((long) rows * cols > Shapes.MAX_WEIGHTS) {
      throw bad("rows", rows + " x " + cols + " weights are more than one layer can hold");
    }
    requireHeld(rows, cols);
    return new Shape(rows, cols);
  }

  /** Memory is taken by the shape, so that a large one must be backed by bytes. */
  private void requireHeld(int rows, int cols) {
    long weights = (long) rows * cols;
    if (weights <= FEW_WEIGHTS) {
      return;
    }
    long bytes = in.storedBytes();
    if (weights / WEIGHTS_PER_BYTE > bytes) {
      throw bad(
          "rows", rows + " x " + cols + " weights are more than " + bytes + " bytes can hold");
    }
  }

  /** The attribute {@code scale_dtype} of the families whose parameters are floats. */
  ScaleDtype scaleDtype() {
    return choice("scale_dtype", "type", ScaleDtype.values(), Parts::id);
  }

  /**
   * The one of some values that an attribute names.
   *
   * @param what what they are, for the message
   */
  <T> T choice(String key, String what, T[] of, Function<T, String> id) {
    String name = in.text(key);
    for (T value : of) {
      if (id.apply(value).equals(name)) {
        return value;
      }
    }
    throw bad(key, "unknown " + what + " '" + name + "'");
  }

  boolean has(String part) {
    return in.hasTensor(part);
  }

  String text(String key) {
    return in.text(key);
  }

  int integer(String key, int min, int max) {
    int value = in.integer(key);
    if (value < min || value > max) {
      throw bad(key, value + " is not in " + min + ".." + max);
    }
    return value;
  }

  /** A part, with as many bytes as its shape says. */
  byte[] tensor(String part, DType type, long... shape) {
    byte[] bytes = in.tensor(part, type, shape);
    long expected = type.bytes();
    for (long d : shape) {
      expected = Math.multiplyExact(expected, d);
    }
    if (bytes.length != expected) {
      throw bad(part, bytes.length + " bytes where " + expected + " belong");
    }
    return bytes;
  }

  /** A part of bytes of any number. */
  byte[] bytes(String part) {
    if (!has(part)) {
      throw bad(part, "missing");
    }
    long[] shape = in.shape(part);
    if (shape.length != 1) {
      throw bad(part, "shape " + Arrays.toString(shape) + " where one dimension was expected");
    }
    return tensor(part, DType.U8, shape);
  }

  /** A part of {@code count} codes in one stream, still packed. */
  byte[] codes(String part, int count, int bits) {
    byte[] packed = tensor(part, DType.U8, BitPacking.bytes(count, bits));
    if (!BitPacking.paddingIsZero(packed, 0, count, bits)) {
      throw bad(part, "padding bits are set");
    }
    return packed;
  }

  /**
   * A part of codes [rows, cols], each row packed from a whole byte on; the inverse of {@link
   * BitPacking#packRows}.
   *
   * @return the codes, row-major, one in a byte
   */
  byte[] codeRows(String part, int rows, int cols, int bits) {
    int rowBytes = (int) BitPacking.bytes(cols, bits);
    byte[] packed = tensor(part, DType.U8, rows, rowBytes);
    byte[] codes = new byte[Math.multiplyExact(rows, cols)];
    RowTasks.forEach(
        rows,
        cols,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            if (!BitPacking.paddingIsZero(packed, r * rowBytes, cols, bits)) {
              throw bad(part, "padding bits are set in row " + r);
            }
            BitPacking.unpack(packed, r * rowBytes, 0, cols, bits, codes, r * cols);
          }
        });
    return codes;
  }

  /** Parameters, all finite. */
  float[] floats(String part, ScaleDtype type, long... shape) {
    ByteBuffer bytes =
        ByteBuffer.wrap(tensor(part, type.dtype(), shape)).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.capacity() / type.dtype().bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F16 -> Half.toFloat(bytes.getShort());
            case F32 -> bytes.getFloat();
          };
      if (!Float.isFinite(values[i])) {
        throw bad(part, "entry " + i + " is " + values[i]);
      }
    }
    return values;
  }

  /** Zero points, {@code count} in all. */
  int[] zeros(String part, int count, long... shape) {
    int[] zeros = new int[count];
    if (!has(part)) {
      Arrays.fill(zeros, in.integer(part));
      return zeros;
    }
    DType type = in.dtype(part);
    if (type != DType.U8 && type != DType.I8 && type != DType.I16 && type != DType.I32) {
      throw bad(part, "zero points of type " + type);
    }
    ByteBuffer bytes = ByteBuffer.wrap(tensor(part, type, shape)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      zeros[i] =
          switch (type) {
            case U8 -> bytes.get() & 0xff;
            case I8 -> bytes.get();
            case I16 -> bytes.getShort();
            default -> bytes.getInt();
          };
    }
    return zeros;
  }

  PbqException bad(String part, String what) {
    return PbqException.badData(where(part) + ": " + what);
  }

  /** How messages name a part or attribute. */
  String where(String part) {
    return "packed layer " + in.layer() + ", " + part;
  }
}
