package dev.pbq.train.method;

import dev.pbq.core.quant.QuantizerProvider;

/** Announces fine-tuning in number formats. */
public final class FormatTuneProvider implements TrainingMethodProvider<FormatTuneSettings> {
  @Override
  public QuantizerProvider.Method method() {
    return new QuantizerProvider.Method(
        FormatTune.NAME,
        "fine-tuning of everything with weights and activations in number formats (arXiv"
            + " 2310.05079, section 4.3)");
  }

  @Override
  public Class<FormatTuneSettings> settingsType() {
    return FormatTuneSettings.class;
  }

  @Override
  public TrainingMethod create(FormatTuneSettings settings) {
    return new FormatTune(settings);
  }
}
