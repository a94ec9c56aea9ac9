package dev.pbq.gptqpb;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.Arrays;
import java.util.List;

/** Announces PB-LLM's methods: xnor, sign, no, 2bit, 4bit and prune. */
public final class PbLlmProvider implements QuantizerProvider<PbLlmSettings> {
  @Override
  public List<Method> methods() {
    return Arrays.stream(LowMethod.values()).map(LowMethod::describe).toList();
  }

  @Override
  public String group() {
    return "PB-LLM: salient weights kept at more bits, the rest as named";
  }

  @Override
  public Class<PbLlmSettings> settingsType() {
    return PbLlmSettings.class;
  }

  @Override
  public Quantizer create(String method, PbLlmSettings settings) {
    LowMethod low =
        LowMethod.of(method).orElseThrow(() -> new IllegalArgumentException("method " + method));
    return new PbLlmQuantizer(low, settings);
  }
}
