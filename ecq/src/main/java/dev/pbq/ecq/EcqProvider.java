package dev.pbq.ecq;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /** Errors of a row that is looked up count against its own size, whatever the inputs are. */
  @Override
  public ObjectNode tableSettings(boolean calibrated) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataFree", !calibrated)
        .put("rowExponent", 1.0);
  }

  @Override
  public Quantizer create(String method, EcqSettings settings) {
    if (!method.equals("ecq")) {
      throw new IllegalArgumentException("method " + method);
    }
    return new EcqQuantizer(settings);
  }
}
