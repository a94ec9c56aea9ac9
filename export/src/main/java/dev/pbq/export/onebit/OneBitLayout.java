package dev.pbq.export.onebit;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.tensor.LinearForm;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * The packed layout of OneBit's reference program (arXiv 2402.11295), in safetensors: a linear is
 * {@code weight} int8 [outputs, inputs / 8], bit 0 for +1 and 1 for -1 from the lowest bit on,
 * {@code weight_scale} [outputs] and {@code input_factor} [inputs]. The configuration's {@code
 * model_type} is {@code bitllama}.
 */
public final class OneBitLayout implements ForeignLayout {
  static final String NAME = "onebit";
  static final String SIGNS = ".weight";
  static final String OUTPUT = ".weight_scale";
  static final String INPUT = ".input_factor";

  /** Columns in a byte. */
  static final int PER_BYTE = 8;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "OneBit";
  }

  @Override
  public LinearForm form() {
    return LinearForm.NORMALIZED;
  }

  @Override
  public boolean hasWeightPart(ModelFolder folder) {
    return true;
  }

  /** Other programs have a {@code weight_scale} too: only the factor on the inputs is OneBit's. */
  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    Set<String> linears = new TreeSet<>(TensorNames.NATURAL_ORDER);
    for (String name : stored.names()) {
      if (name.endsWith(INPUT)) {
        linears.add(name.substring(0, name.length() - INPUT.length()));
      }
    }
    return linears;
  }

  @Override
  public OneBitLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    TensorInfo info = info(stored, linear + SIGNS);
    long[] shape = info.shape();
    if (info.dtype().isFloating()) {
      throw bad(
          info.name(),
          "is "
              + info.dtype()
              + ": latent weights of a training, not packed; OneBit's converter packs them");
    }
    if (info.dtype() != DType.I8 || shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
      throw bad(
          info.name(),
          "is " + info.dtype() + Arrays.toString(shape) + ", not I8 [outputs, inputs / 8]");
    }
    if (shape[0] > Shapes.MAX_WEIGHTS || shape[1] > Shapes.MAX_WEIGHTS / PER_BYTE / shape[0]) {
      throw bad(info.name(), "has too many signs: " + Arrays.toString(shape) + " x 8");
    }
    int rows = (int) shape[0];
    int cols = (int) shape[1] * PER_BYTE;
    ScaleDtype type = type(stored, linear);
    float[] input = vector(stored, linear + INPUT, cols, "8 x the columns of .weight");
    float[] output = vector(stored, linear + OUTPUT, rows, "the rows of .weight");
    byte[] negative = new byte[rows * cols];
    ByteBuffer packed = stored.bytes(info.name(), 0, negative.length / PER_BYTE);
    for (int i = 0; i < negative.length; i += PER_BYTE) {
      int bits = packed.get();
      for (int k = 0; k < PER_BYTE; k++) {
        negative[i + k] = (byte) ((bits >> k) & 1);
      }
    }
    return new OneBitLinear(rows, cols, type, negative, input, output);
  }

  /** The family has one type for both vectors: the wider of the two. */
  private static ScaleDtype type(Checkpoint stored, String linear) {
    boolean half =
        info(stored, linear + INPUT).dtype() == DType.F16
            && info(stored, linear + OUTPUT).dtype() == DType.F16;
    return half ? ScaleDtype.F16 : ScaleDtype.F32;
  }

  private static float[] vector(Checkpoint stored, String name, int count, String what) {
    TensorInfo info = info(stored, name);
    DType type = info.dtype();
    boolean known = type == DType.F16 || type == DType.BF16 || type == DType.F32;
    if (!known || !Arrays.equals(info.shape(), new long[] {count})) {
      throw bad(
          name,
          "is %s%s, not F32, F16 or BF16 [%d], %s"
              .formatted(type, Arrays.toString(info.shape()), count, what));
    }
    ByteBuffer bytes = stored.bytes(name, 0, (int) info.byteCount());
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case F16 -> Half.toFloat(bytes.getShort());
            case BF16 -> Half.bfloatToFloat(bytes.getShort());
            default -> bytes.getFloat();
          };
      if (!Float.isFinite(values[i])) {
        throw bad(name, "holds " + values[i] + " at " + i);
      }
    }
    return values;
  }

  private static TensorInfo info(Checkpoint stored, String name) {
    return stored.find(name).orElseThrow(() -> bad(name, "is missing"));
  }

  private static PbqException bad(String tensor, String what) {
    return PbqException.badData("OneBit tensor " + TensorNames.printable(tensor) + " " + what);
  }
}
