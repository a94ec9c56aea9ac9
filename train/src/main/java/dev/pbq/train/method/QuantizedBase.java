package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.SettingValues;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * Layers that a quantizer makes of the dense model.
 *
 * @param configured the method {@code hqq} with its settings
 */
public record QuantizedBase(Methods.Configured configured) implements HqqBase {
  /** The method that is asked for layers; it is found as a service. */
  public static final String METHOD = "hqq";

  /**
   * Layers as the settings ask for them.
   *
   * @throws PbqException USAGE for codes that the method does not have
   */
  static QuantizedBase of(HqqPlusSettings settings) {
    ObjectNode codes = JsonNodeFactory.instance.objectNode();
    SettingValues.put(
        codes,
        "bits",
        new BigDecimal(settings.bits().toString()).stripTrailingZeros().toPlainString());
    codes.put("groupsize", settings.groupsize()).put("axis", settings.axis());
    codes.put("scaleDtype", settings.scaleDtype() == ScaleDtype.F16 ? "f16" : "f32");
    return new QuantizedBase(Methods.load().configure(METHOD, codes));
  }

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
  public double codeBits() {
    return configured.settings().path("bits").asDouble();
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return configured.quantizer().estimateStoredBits(rows, cols);
  }
}
