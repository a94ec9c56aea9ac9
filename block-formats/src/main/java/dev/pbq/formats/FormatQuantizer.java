package dev.pbq.formats;

import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.arithmetic.Tiling;
import java.util.Map;
import java.util.function.Function;

/** Rounds weights to a number format; needs no calibration. */
final class FormatQuantizer implements Quantizer {
  private final String name;
  private final Function<FloatMatrix, NumberFormat> formatOf;
  private final NumberFormat typical;
  private final BlockShape blocks;
  private final Rules rules;

  /** A quantizer of one format for all layers. */
  FormatQuantizer(String name, NumberFormat format, BlockShape blocks, boolean compat) {
    this(name, w -> format, format, blocks, compat);
  }

  /**
   * A quantizer whose format depends on the weights.
   *
   * @param typical of the same width, for estimates
   */
  FormatQuantizer(
      String name,
      Function<FloatMatrix, NumberFormat> formatOf,
      NumberFormat typical,
      BlockShape blocks,
      boolean compat) {
    this.name = name;
    this.formatOf = formatOf;
    this.typical = typical;
    this.blocks = blocks;
    this.rules = compat ? Rules.COMPAT : Rules.FIXED;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return CalibrationNeed.NONE;
  }

  @Override
  public void checkFits(String layer, int rows, int cols) {
    Shapes.requireStorable(layer, rows, cols);
  }

  /** Width, and the share of what a block shares; blocks that are cut off count as whole ones. */
  @Override
  public double paperBits(int rows, int cols) {
    if (typical.sharedBits() == 0) {
      return typical.width();
    }
    Tiling tiling = Tiling.of(blocks, false, rows, cols);
    double perBlock =
        (double) tiling.tileRows() * tiling.tileCols() * typical.width() + typical.sharedBits();
    return perBlock * tiling.tiles() / ((double) rows * cols);
  }

  /** Exact, but for the numbers near zero that {@code compat} keeps as they are. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    long rowBytes = ((long) cols * typical.width() + 7) / 8;
    long shared = 0;
    if (typical.sharedBits() > 0) {
      long tiles = Tiling.of(blocks, false, rows, cols).tiles();
      shared = (tiles * typical.sharedBits() + 7) / 8;
    }
    return 8 * (rows * rowBytes + shared);
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    checkFits(problem.name(), w.rows(), w.cols());
    problem.requireFiniteWeight();
    TensorFormat format = new TensorFormat(formatOf.apply(w), blocks, rules);
    return new Quantization(format.pack(problem.name(), w), Map.of());
  }
}
