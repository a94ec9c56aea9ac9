package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/** Announces HQQ+. */
public final class HqqPlusProvider implements TrainingMethodProvider<HqqPlusSettings> {
  @Override
  public QuantizerProvider.Method method() {
    return new QuantizerProvider.Method(
        HqqPlus.NAME, "HQQ+: frozen codes of HQQ with trained adapters of low rank beside them");
  }

  @Override
  public Class<HqqPlusSettings> settingsType() {
    return HqqPlusSettings.class;
  }

  @Override
  public TrainingMethod create(HqqPlusSettings settings) {
    return HqqPlus.open(settings);
  }
}
