package dev.pbq.ecq;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.List;

/** Announces {@code ecq}. */
public final class EcqProvider implements QuantizerProvider<EcqSettings> {
  @Override
  public List<Method> methods() {
    return List.of(
        new Method(
            "ecq", "entropy-coded quantization: the least loss at a number of bits as stored"));
  }

  @Override
  public String group() {
    return "Entropy-coded quantization: any number of bits, as stored";
  }

  @Override
  public Class<EcqSettings> settingsType() {
    return EcqSettings.class;
  }

  @Override
  public Quantizer create(String method, EcqSettings settings) {
    if (!method.equals("ecq")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new EcqQuantizer(settings);
  }
}
