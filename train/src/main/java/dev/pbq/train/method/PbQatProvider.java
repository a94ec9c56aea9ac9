package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/** Announces PB-LLM's quantization-aware training. */
public final class PbQatProvider implements TrainingMethodProvider<PbQatSettings> {
  @Override
  public QuantizerProvider.Method method() {
    return new QuantizerProvider.Method(
        PbQat.NAME,
        "PB-LLM's training: salient weights stay in 8 bits, all others are binarized (arXiv"
            + " 2310.00034)");
  }

  @Override
  public Class<PbQatSettings> settingsType() {
    return PbQatSettings.class;
  }

  @Override
  public TrainingMethod create(PbQatSettings settings) {
    return PbQat.open(settings);
  }
}
