package dev.pbq.arb;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.Arrays;
import java.util.List;

/** Announces billm, arb, arb-x and arb-rc. */
public final class ArbProvider implements QuantizerProvider<ArbSettings> {
  @Override
  public List<Method> methods() {
    return Arrays.stream(ArbMethod.values()).map(m -> new Method(m.id(), m.summary())).toList();
  }

  @Override
  public String group() {
    return "BiLLM and ARB-LLM: about one bit per weight";
  }

  @Override
  public Class<ArbSettings> settingsType() {
    return ArbSettings.class;
  }

  @Override
  public Quantizer create(String method, ArbSettings settings) {
    ArbMethod which =
        ArbMethod.of(method).orElseThrow(() -> new IllegalArgumentException("method " + method));
    return new ArbQuantizer(which, settings);
  }
}
