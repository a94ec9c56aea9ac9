package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignLinears;
import dev.pbq.export.LayerTensors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads one linear: its integers from {@code weight_packed} (int32 [outputs, words]; 32 / bits
 * codes in a word, lowest bits first, each a signed integer plus 2^(bits-1)) or, in format
 * naive-quantized or int-quantized, from {@code weight} (int8 [outputs, inputs]); {@code
 * weight_scale} [outputs, groups]; {@code weight_zero_point}, where there is one, as int8 [outputs,
 * groups] or packed along the outputs; {@code weight_g_idx} [inputs] where groups follow the
 * activations' order. A weight is scale (integer - zero). Nothing in the folder is trusted.
 */
final class StoredIntegers {
  static final String PACKED = "weight_packed";
  static final String PLAIN = "weight";
  static final String SCALE = "weight_scale";
  static final String ZERO = "weight_zero_point";
  static final String SHAPE = "weight_shape";
  private static final String GROUP = "weight_g_idx";

  private final ModelFolder folder;
  private final LayerTensors tensors;

  StoredIntegers(ModelFolder folder, Checkpoint stored, String linear) {
    this.folder = folder;
    this.tensors = new LayerTensors("compressed-tensors", stored, linear);
  }

  /**
   * A linear of either format, by the tensor that is there.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if both are
   */
  UniformLinear either() {
    if (!tensors.has(PACKED)) {
      return plain();
    }
    if (tensors.has(PLAIN)) {
      throw tensors.bad(PACKED, "stands beside " + PLAIN + ": the layer is stored twice");
    }
    return packed();
  }

  /** A linear of format pack-quantized. */
  UniformLinear packed() {
    int[] shape = shape();
    int rows = shape[0];
    int cols = shape[1];
    int[] packed = tensors.matrix(PACKED, DType.I32);
    int bits = bits(packed, rows, cols);
    int perWord = 32 / bits;
    int[] words = tensors.words(PACKED, rows, packed[1]);
    byte[] codes = new byte[rows * cols];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        codes[r * cols + c] = (byte) code(words[r * packed[1] + c / perWord], c % perWord, bits);
      }
    }
    return linear(rows, cols, bits, codes);
  }

  /** A linear whose integers are bytes, whatever share of their range is used. */
  UniformLinear plain() {
    SortedSet<Integer> widths = widths();
    if (widths.isEmpty() || widths.first() < 1 || widths.last() > Byte.SIZE) {
      throw tensors.bad(PLAIN, "holds bytes, where quantization_config says " + widths + " bits");
    }
    TensorInfo info = tensors.info(PLAIN);
    long[] shape = info.shape();
    if (shape.length != 2 || info.elementCount() < 1 || info.elementCount() > Shapes.MAX_WEIGHTS) {
      throw tensors.bad(PLAIN, "is " + Arrays.toString(shape) + ", no matrix that pbq holds");
    }
    ByteBuffer bytes = tensors.bytes(PLAIN, DType.I8, shape);
    byte[] codes = new byte[bytes.remaining()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (bytes.get() - Byte.MIN_VALUE);
    }
    return linear((int) shape[0], (int) shape[1], Byte.SIZE, codes);
  }

  private UniformLinear linear(int rows, int cols, int bits, byte[] codes) {
    int groups = groups();
    int groupSize =
        ForeignLinears.groupSize(cols, groups, -1)
            .orElseThrow(
                () -> tensors.bad(SCALE, "has " + groups + " columns for " + cols + " inputs"));
    boolean single = isSingle();
    float[] stored =
        single ? tensors.numbers(SCALE, tensors.info(SCALE).shape()) : scales(rows, groups);
    float[] scale = new float[groups * rows];
    int[] zero = new int[groups * rows];
    int[] zeros = zeros(rows, groups, bits, single);
    for (int g = 0; g < groups; g++) {
      for (int r = 0; r < rows; r++) {
        int from = single ? 0 : r * groups + g;
        scale[g * rows + r] = stored[from];
        zero[g * rows + r] = zeros[from];
      }
    }
    return new UniformLinear(
        rows,
        cols,
        groupSize,
        tensors.scaleDtype(SCALE),
        codes,
        new AffineGrid(bits, scale, zero),
        columnGroups(cols, groups, groupSize));
  }

  private static int code(int word, int index, int bits) {
    return (word >>> (index * bits)) & ((1 << bits) - 1);
  }

  /** One scale for the whole tensor. */
  private boolean isSingle() {
    return tensors.info(SCALE).elementCount() == 1;
  }

  private int groups() {
    return isSingle() ? 1 : tensors.matrix(SCALE, tensors.info(SCALE).dtype())[1];
  }

  private float[] scales(int rows, int groups) {
    return tensors.numbers(SCALE, rows, groups);
  }

  private int[] shape() {
    TensorInfo info = tensors.info(SHAPE);
    boolean wide = info.dtype() == DType.I64;
    ByteBuffer bytes = tensors.bytes(SHAPE, wide ? DType.I64 : DType.I32, 2);
    long rows = wide ? bytes.getLong() : bytes.getInt();
    long cols = wide ? bytes.getLong() : bytes.getInt();
    boolean sane = rows >= 1 && cols >= 1 && rows <= Integer.MAX_VALUE && cols <= Integer.MAX_VALUE;
    if (!sane || rows * cols > Shapes.MAX_WEIGHTS) {
      throw tensors.bad(SHAPE, "says " + rows + " x " + cols);
    }
    return new int[] {(int) rows, (int) cols};
  }

  /** The width that the configuration's groups name and the words have room for. */
  private int bits(int[] packed, int rows, int cols) {
    SortedSet<Integer> widths = widths();
    for (int bits : widths) {
      boolean known = bits >= 1 && bits <= 8;
      if (known && packed[0] == rows && packed[1] == (cols - 1) / (32 / bits) + 1) {
        return bits;
      }
    }
    throw tensors.bad(
        PACKED,
        "is "
            + Arrays.toString(packed)
            + ", which does not hold "
            + rows
            + " x "
            + cols
            + " integers of "
            + widths
            + " bits");
  }

  private SortedSet<Integer> widths() {
    SortedSet<Integer> widths = new TreeSet<>();
    for (JsonNode group : folder.quantizationConfig().path("config_groups")) {
      JsonNode weights = group.path("weights");
      if (!weights.path("type").asText("int").equals("int")) {
        throw ForeignLinears.unsupported(folder, "type", weights.path("type"), "int");
      }
      widths.add(weights.path("num_bits").asInt(0));
    }
    return widths;
  }

  /** By row and group; the middle of the codes where the folder has none: integers are signed. */
  private int[] zeros(int rows, int groups, int bits, boolean single) {
    int middle = 1 << (bits - 1);
    int[] zeros = new int[single ? 1 : rows * groups];
    Arrays.fill(zeros, middle);
    if (!tensors.has(ZERO)) {
      return zeros;
    }
    TensorInfo info = tensors.info(ZERO);
    if (info.dtype() == DType.I8) {
      ByteBuffer bytes =
          single
              ? tensors.bytes(ZERO, DType.I8, tensors.info(SCALE).shape())
              : tensors.bytes(ZERO, DType.I8, rows, groups);
      for (int i = 0; i < zeros.length; i++) {
        zeros[i] += bytes.get();
      }
      return zeros;
    }
    int perWord = 32 / bits;
    int[] words = tensors.words(ZERO, (rows - 1) / perWord + 1, groups);
    for (int r = 0; r < rows && !single; r++) {
      for (int g = 0; g < groups; g++) {
        zeros[r * groups + g] = code(words[r / perWord * groups + g], r % perWord, bits);
      }
    }
    return zeros;
  }

  private Optional<int[]> columnGroups(int cols, int groups, int groupSize) {
    if (!tensors.has(GROUP)) {
      return Optional.empty();
    }
    int[] groupOf = tensors.words(GROUP, cols);
    boolean inOrder = true;
    for (int c = 0; c < cols; c++) {
      if (groupOf[c] < 0 || groupOf[c] >= groups) {
        throw tensors.bad(GROUP, "puts input " + c + " into group " + groupOf[c]);
      }
      inOrder &= groupOf[c] == c / groupSize;
    }
    return inOrder ? Optional.empty() : Optional.of(groupOf);
  }
}
