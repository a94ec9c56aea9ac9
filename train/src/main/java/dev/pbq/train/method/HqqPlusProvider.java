package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/** Announces HQQ+. */
public final class HqqPlusProvider implements TrainingMethodProvider<HqqPlusSettings> {
  @Override
  public QuantizerProvider.Method method() {
    return new QuantizerProvider.Method(
        HqqPlus.NAME,
        "HQQ+: codes of HQQ stay frozen, adapters of low rank beside them are trained (Mobius"
            + " Labs, 2024)");
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
