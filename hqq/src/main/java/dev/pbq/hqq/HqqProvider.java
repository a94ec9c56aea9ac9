package dev.pbq.hqq;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces {@code hqq}. */
public final class HqqProvider implements QuantizerProvider<HqqSettings> {
  @Override
  public List<Method> methods() {
    return List.of(
        new Method("hqq", "half-quadratic quantization at 8 to 1 bits; needs no calibration"));
  }

  @Override
  public String group() {
    return "HQQ: half-quadratic quantization";
  }

  @Override
  public Class<HqqSettings> settingsType() {
    return HqqSettings.class;
  }

  @Override
  public Quantizer create(String method, HqqSettings settings) {
    if (!method.equals("hqq")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new HqqQuantizer(settings);
  }
}
