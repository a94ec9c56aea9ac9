package dev.pbq.formats.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.arithmetic.Tiling;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** The formats of the weights of a model's linears, in which they can be packed. Immutable. */
public final class FormatWeights {
  private final Map<String, TensorFormat> formats = new HashMap<>();
  private final TensorFormat typical;

  /**
   * Finds the format of every linear.
   *
   * @throws PbqException USAGE naming a linear that is left in full precision, or whose weights are
   *     too wide to be packed
   */
  public FormatWeights(ModelFormats formats, ModelLayout layout) {
    for (Linear linear : layout.linears()) {
      String path = formats.architecture().path(linear.role());
      TensorFormat format =
          formats
              .operation(linear.block(), path)
              .of(OperandRole.WEIGHT)
              .orElseThrow(
                  () ->
                      PbqException.usage(
                          linear.name()
                              + " is bypassed: its weight has no format to be packed in"));
      if (format.format().width() > BlockFormatLinear.MAX_WIDTH) {
        throw PbqException.usage(
            Wording.of(
                "the weight of %s has numbers of %s bits; at most %s can be packed",
                linear.name(), format.format().width(), BlockFormatLinear.MAX_WIDTH));
      }
      this.formats.put(linear.name(), format);
    }
    this.typical = this.formats.get(layout.linearInputs(0).get(0).linears().get(0).name());
  }

  /**
   * Bits of a weight in a matrix of this shape, in the format of the first linear: width, and the
   * share of what a block shares; blocks that are cut off count as whole ones.
   */
  public double bits(int rows, int cols) {
    double width = typical.format().width();
    if (typical.format().sharedBits() == 0) {
      return width;
    }
    Tiling tiling = Tiling.of(typical.blocks(), false, rows, cols);
    double tile = (double) tiling.tileRows() * tiling.tileCols();
    return (tile * width + typical.format().sharedBits()) * tiling.tiles() / ((double) rows * cols);
  }

  /** Rounds the weight of a linear in place, to the last bit as {@link #pack} stores it. */
  public void round(String linear, FloatMatrix weight) {
    formats
        .get(linear)
        .quantize(FloatBuffer.wrap(weight.data()), false, weight.rows(), weight.cols());
  }

  /**
   * Packs the weight of a linear.
   *
   * @throws PbqException NUMERICAL if the reference's rules make a weight infinite or NaN
   */
  public BlockFormatLinear pack(String linear, FloatMatrix weight) {
    return formats.get(linear).pack(linear, weight);
  }
}
