package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/** Announces OneBit. */
public final class OneBitProvider implements TrainingMethodProvider<OneBitSettings> {
  @Override
  public QuantizerProvider.Method method() {
    return new QuantizerProvider.Method(
        OneBit.NAME,
        "OneBit's distillation: a sign for each weight, two vectors for each linear (arXiv"
            + " 2402.11295)");
  }

  @Override
  public Class<OneBitSettings> settingsType() {
    return OneBitSettings.class;
  }

  @Override
  public TrainingMethod create(OneBitSettings settings) {
    return new OneBit(settings);
  }
}
