package dev.pbq.export.gptq;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignLinears;
import dev.pbq.export.LayerTensors;
import java.util.Optional;

/** Reads one linear in {@link GptqLayout}; nothing in the folder is trusted. */
final class GptqLayerReader {
  private final ModelFolder folder;
  private final ObjectNode config;
  private final LayerTensors tensors;

  GptqLayerReader(ModelFolder folder, Checkpoint stored, String linear) {
    this.folder = folder;
    this.config = folder.quantizationConfig();
    this.tensors = new LayerTensors("GPTQ", stored, linear);
  }

  UniformLinear read() {
    boolean minusOne = minusOne();
    int[] packed = tensors.matrix("qweight", DType.I32);
    int rows = packed[1];
    int bits = bits(packed[0]);
    int cols = (int) (packed[0] * 32L / bits);
    if ((long) rows * cols > Shapes.MAX_WEIGHTS) {
      throw tensors.bad("qweight", "stands for " + rows + " x " + cols + " weights, too many");
    }
    int groups = tensors.matrix("scales", tensors.info("scales").dtype())[0];
    int groupSize =
        ForeignLinears.groupSize(cols, groups, config.path("group_size").asInt(-1))
            .orElseThrow(
                () -> tensors.bad("scales", "has " + groups + " rows for " + cols + " inputs"));
    float[] scale = tensors.numbers("scales", groups, rows);
    int[] zeroWords = tensors.words("qzeros", groups, (long) rows * bits / 32);
    int[] zero = new int[groups * rows];
    for (int g = 0; g < groups; g++) {
      for (int r = 0; r < rows; r++) {
        int from = g * (rows * bits / 32);
        zero[g * rows + r] = number(zeroWords, from, 1, r, bits) + (minusOne ? 1 : 0);
      }
    }
    int[] words = tensors.words("qweight", packed[0], rows);
    byte[] codes = new byte[rows * cols];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        codes[r * cols + c] = (byte) number(words, r, rows, c, bits);
      }
    }
    return new UniformLinear(
        rows,
        cols,
        groupSize,
        tensors.scaleDtype("scales"),
        codes,
        new AffineGrid(bits, scale, zero),
        columnGroups(cols, groups, groupSize));
  }

  private boolean minusOne() {
    JsonNode format = config.path("checkpoint_format");
    return switch (format.asText("gptq")) {
      case "gptq", "null" -> true;
      case "gptq_v2" -> false;
      default ->
          throw ForeignLinears.unsupported(folder, "checkpoint_format", format, "gptq, gptq_v2");
    };
  }

  /** From {@code g_idx}, which has an entry for each input; else as the configuration says. */
  private int bits(int wordRows) {
    long bits = config.path("bits").asInt(0);
    if (tensors.has("g_idx")) {
      long[] shape = tensors.info("g_idx").shape();
      bits = shape.length == 1 && shape[0] >= 1 ? wordRows * 32L / shape[0] : 0;
      if (shape.length != 1 || bits * shape[0] != wordRows * 32L) {
        throw tensors.bad("g_idx", "does not fit the " + wordRows + " rows of qweight");
      }
    }
    if (bits != 2 && bits != 3 && bits != 4 && bits != 8) {
      throw tensors.bad("qweight", "has codes of " + bits + " bits; pbq reads 2, 3, 4 and 8");
    }
    if (wordRows * 32L % bits != 0) {
      throw tensors.bad(
          "qweight", "has " + wordRows + " rows, no whole codes of " + bits + " bits");
    }
    return (int) bits;
  }

  private Optional<int[]> columnGroups(int cols, int groups, int groupSize) {
    if (!tensors.has("g_idx")) {
      return Optional.empty();
    }
    int[] groupOf = tensors.words("g_idx", cols);
    boolean inOrder = true;
    for (int c = 0; c < cols; c++) {
      if (groupOf[c] < 0 || groupOf[c] >= groups) {
        throw tensors.bad("g_idx", "puts input " + c + " into group " + groupOf[c]);
      }
      inOrder &= groupOf[c] == c / groupSize;
    }
    return inOrder ? Optional.empty() : Optional.of(groupOf);
  }

  /**
   * A code in a run of words, lowest bits first; one of 3 bits may lie in two words.
   *
   * @param first index of the first word
   * @param stride from a word to the next
   * @param index of the code
   */
  private static int number(int[] words, int first, int stride, int index, int bits) {
    long bit = (long) index * bits;
    int at = (int) (first + bit / 32 * stride);
    int shift = (int) (bit % 32);
    int value = words[at] >>> shift;
    if (shift + bits > 32) {
      value |= words[at + stride] << (32 - shift);
    }
    return value & ((1 << bits) - 1);
  }
}
