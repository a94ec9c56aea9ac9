package dev.pbq.formats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.config.QuantConfig;

/**
 * Settings of block logarithm; null takes the default, which is that of llm-mixed-q's shipped
 * configuration.
 *
 * @param bits width of a number, 2 to 8; 8
 * @param block weights that share, rows and columns, -1 for all; 1x16
 * @param exponentBiasWidth bits of the shared exponent bias, 1 to 8; 8
 * @param compat the reference's arithmetic with its defects; false
 * @param actFormat formats of the activations when the model is run; none
 */
public record BlockLogSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("block") BlockShape block,
    @JsonProperty("exponentBiasWidth") Integer exponentBiasWidth,
    @JsonProperty("compat") Boolean compat,
    @JsonProperty("actFormat") @JsonInclude(JsonInclude.Include.NON_NULL) QuantConfig actFormat)
    implements FormatSettings {
  public BlockLogSettings {
    bits = bits == null ? 8 : bits;
    block = block == null ? BlockShape.of(1, 16) : block;
    exponentBiasWidth = exponentBiasWidth == null ? 8 : exponentBiasWidth;
    compat = compat == null ? false : compat;
    format(bits, exponentBiasWidth);
  }

  private static BlockLogarithm format(int bits, int exponentBiasWidth) {
    return SettingChecks.storable(bits, () -> new BlockLogarithm(bits, exponentBiasWidth));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("bl", format(bits, exponentBiasWidth), block, compat);
  }
}
