package dev.pbq.export.awq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ForeignLinears;
import dev.pbq.export.LayerTensors;
import java.util.Optional;
import java.util.Set;

/**
 * Folders in AWQ's layout ({@code quant_method} awq, version {@code gemm}, of AutoAWQ): {@code
 * qweight} (int32 [inputs, outputs / 8]) holds eight codes of 4 bits in a word, of outputs in the
 * order 0 2 4 6 1 3 5 7; {@code qzeros} (int32 [groups, outputs / 8]) likewise; {@code scales}
 * [groups, outputs]. A weight is scale (code - zero).
 */
public final class AwqLayout implements ForeignLayout {
  static final String NAME = "awq";
  static final String VERSION = "gemm";
  static final int BITS = 4;
  static final int PER_WORD = 32 / BITS;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "AWQ";
  }

  @Override
  public Set<String> linears(ModelFolder folder, Checkpoint stored) {
    return ForeignLinears.with(name(), "qweight", folder, stored);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PbqException BAD_DATA also for another version of the layout or another width
   */
  @Override
  public UniformLinear read(ModelFolder folder, Checkpoint stored, String linear) {
    ForeignLinears.require(folder, "version", VERSION);
    ForeignLinears.require(folder, "bits", "4");
    ForeignLinears.require(folder, "w_bit", "4");
    LayerTensors tensors = new LayerTensors("AWQ", stored, linear);
    int[] packed = tensors.matrix("qweight", DType.I32);
    int cols = packed[0];
    long outputs = (long) packed[1] * PER_WORD;
    if (outputs * cols > Shapes.MAX_WEIGHTS) {
      throw tensors.bad("qweight", "stands for " + outputs + " x " + cols + " weights, too many");
    }
    int rows = (int) outputs;
    int groups = tensors.matrix("scales", tensors.info("scales").dtype())[0];
    int groupSize =
        ForeignLinears.groupSize(cols, groups, -1)
            .orElseThrow(
                () -> tensors.bad("scales", "has " + groups + " rows for " + cols + " inputs"));
    float[] scale = tensors.numbers("scales", groups, rows);
    int[] zeroWords = tensors.words("qzeros", groups, packed[1]);
    int[] zero = new int[groups * rows];
    for (int i = 0; i < zero.length; i++) {
      zero[i] = code(zeroWords[i / PER_WORD], i % PER_WORD);
    }
    int[] words = tensors.words("qweight", cols, packed[1]);
    byte[] codes = new byte[rows * cols];
    for (int c = 0; c < cols; c++) {
      for (int r = 0; r < rows; r++) {
        codes[r * cols + c] = (byte) code(words[c * packed[1] + r / PER_WORD], r % PER_WORD);
      }
    }
    return new UniformLinear(
        rows,
        cols,
        groupSize,
        tensors.scaleDtype("scales"),
        codes,
        new AffineGrid(BITS, scale, zero),
        Optional.empty());
  }

  /** The code of an output: the word holds even ones in its low half, odd ones in its high half. */
  private static int code(int word, int output) {
    int place = output / 2 + output % 2 * (PER_WORD / 2);
    return (word >>> (BITS * place)) & ((1 << BITS) - 1);
  }
}
