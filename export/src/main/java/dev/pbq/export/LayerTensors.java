package dev.pbq.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TensorSource;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The tensors of one linear as another program stores it; every type and shape is checked before
 * anything is read.
 */
public final class LayerTensors {
  private final String program;
  private final TensorSource source;
  private final String linear;

  /**
   * @param program for messages, such as {@code GPTQ}
   * @param linear its full name
   */
  public LayerTensors(String program, TensorSource source, String linear) {
    this.program = program;
    this.source = source;
    this.linear = linear;
  }

  /** Whether the layer has such a tensor. */
  public boolean has(String key) {
    return source.find(linear + "." + key).isPresent();
  }

  /**
   * What the header says of a tensor.
   *
   * @throws PbqException BAD_DATA if it is missing
   */
  public TensorInfo info(String key) {
    return source.find(linear + "." + key).orElseThrow(() -> bad(key, "is missing"));
  }

  /**
   * The shape of a matrix.
   *
   * @throws PbqException BAD_DATA if it is missing, of another type, no matrix or too large
   */
  public int[] matrix(String key, DType type) {
    TensorInfo info = info(key);
    long[] shape = info.shape();
    boolean sane =
        info.dtype() == type
            && shape.length == 2
            && shape[0] >= 1
            && shape[1] >= 1
            && info.elementCount() <= Shapes.MAX_WEIGHTS / 8;
    if (!sane) {
      throw bad(
          key, "is " + info.dtype() + Arrays.toString(shape) + ", where " + type + " rows belong");
    }
    return new int[] {(int) shape[0], (int) shape[1]};
  }

  /**
   * The bytes of a tensor.
   *
   * @throws PbqException BAD_DATA if it is missing or of another type or shape
   */
  public ByteBuffer bytes(String key, DType type, long... shape) {
    TensorInfo info = info(key);
    if (info.dtype() != type || !Arrays.equals(info.shape(), shape)) {
      throw bad(
          key,
          "is "
              + info.dtype()
              + Arrays.toString(info.shape())
              + " where "
              + type
              + Arrays.toString(shape)
              + " belongs");
    }
    return source.bytes(info.name(), 0, Math.toIntExact(info.byteCount()));
  }

  /** Words of 32 bits. */
  public int[] words(String key, long... shape) {
    ByteBuffer bytes = bytes(key, DType.I32, shape);
    int[] words = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(words);
    return words;
  }

  /** Finite numbers in F16, BF16 or F32, row-major. */
  public float[] numbers(String key, long... shape) {
    DType type = info(key).dtype();
    if (type != DType.F16 && type != DType.BF16 && type != DType.F32) {
      throw bad(key, "is " + type + ", where F16, BF16 or F32 belongs");
    }
    ByteBuffer bytes = bytes(key, type, shape);
    float[] values = new float[bytes.remaining() / type.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F16 -> Half.toFloat(bytes.getShort());
            case BF16 -> Half.bfloatToFloat(bytes.getShort());
            default -> bytes.getFloat();
          };
      if (!Float.isFinite(values[i])) {
        throw bad(key, "holds " + values[i] + " at " + i);
      }
    }
    return values;
  }

  /** How numbers are stored here that have the type of a tensor. */
  public ScaleDtype scaleDtype(String key) {
    return info(key).dtype() == DType.F16 ? ScaleDtype.F16 : ScaleDtype.F32;
  }

  /** A failure that names a tensor. */
  public PbqException bad(String key, String what) {
    return PbqException.badData(
        program
            + " tensor "
            + TensorNames.printable(linear + "." + key)
            + " "
            + TensorNames.printable(what));
  }
}
