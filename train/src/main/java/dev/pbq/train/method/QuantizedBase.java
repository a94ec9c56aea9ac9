package dev.pbq.train.method;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
import java.util.Optional;

/**
 * Layers that a quantizer makes of the dense model.
 *
 * @param quantizer of method {@code hqq}; it is found as a service
 */
public record QuantizedBase(Quantizer quantizer) implements HqqBase {
  @Override
  public HqqLinear layer(OriginalLinear original) {
    int rows = original.weight().rows();
    int cols = original.weight().cols();
    quantizer.checkFits(original.name(), rows, cols);
    QuantizedLinear linear =
        quantizer
            .quantize(new LinearProblem(original.name(), original.weight(), Optional.empty()))
            .linear();
    if (!(linear instanceof HqqLinear layer)) {
      throw PbqException.usage(
          "method " + quantizer.name() + " stores " + linear.family() + ", no base for adapters");
    }
    return layer;
  }

  /** The layers are made of the model itself. */
  @Override
  public void requireFits(Checkpoint original) {}

  @Override
  public double paperBits(int rows, int cols) {
    return quantizer.paperBits(rows, cols);
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return quantizer.estimateStoredBits(rows, cols);
  }
}
