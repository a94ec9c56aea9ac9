package dev.pbq.formats;

import dev.pbq.core.quant.Quantizer;
import dev.pbq.formats.config.QuantConfig;

/** What the settings of all formats have in common. */
interface FormatSettings {
  /** The reference's arithmetic with its defects. */
  Boolean compat();

  /**
   * The configuration that activations are quantized by when the model is run, or null for none.
   */
  QuantConfig actFormat();

  /** The quantizer of these settings. */
  Quantizer quantizer();
}
