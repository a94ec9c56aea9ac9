package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import java.util.Optional;

/**
 * Layers that a quantizer makes of the dense model.
 *
 * @param configured the method {@code hqq} with its settings
 */
public record QuantizedBase(Methods.Configured configured) implements HqqBase {
  /** The method that is asked for layers; it is found as a service. */
  public static final String METHOD = "hqq";

  @Override
  public HqqLinear layer(OriginalLinear original) {
    Quantizer quantizer = configured.quantizer();
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
  public void describe(ObjectNode settings) {
    settings.set("base", configured.settings());
  }
}
