package dev.pbq.gptqpb;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces {@code gptq}. */
public final class GptqProvider implements QuantizerProvider<GptqSettings> {
  @Override
  public List<Method> methods() {
    return List.of(
        new Method(
            "gptq",
            "rounding with second-order error compensation (arXiv 2210.17323); preset best loses"
                + " least, the default is the paper's"));
  }

  @Override
  public String group() {
    return "Rounding";
  }

  @Override
  public Class<GptqSettings> settingsType() {
    return GptqSettings.class;
  }

  @Override
  public Quantizer create(String method, GptqSettings settings) {
    if (!method.equals("gptq")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new GptqQuantizer(settings);
  }
}
