package dev.pbq.formats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.arithmetic.ExponentBias;
import dev.pbq.formats.config.QuantConfig;

/**
 * Settings of block floating point; null takes the default, which is that of llm-mixed-q's shipped
 * configuration.
 *
 * @param bits width of a number, sign and mantissa, 2 to 8; 6
 * @param block weights that share, rows and columns, -1 for all; 1x16
 * @param exponentWidth bits of the shared exponent, 1 to 8; 8
 * @param exponentBias taken from the shared exponent, -127 to 127; half of the exponents below 0
 * @param compat the reference's arithmetic with its defects; false
 * @param actFormat formats of the activations when the model is run; none
 */
public record BlockFloatSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("block") BlockShape block,
    @JsonProperty("exponentWidth") Integer exponentWidth,
    @JsonProperty("exponentBias") Integer exponentBias,
    @JsonProperty("compat") Boolean compat,
    @JsonProperty("actFormat") @JsonInclude(JsonInclude.Include.NON_NULL) QuantConfig actFormat)
    implements FormatSettings {
  public BlockFloatSettings {
    bits = bits == null ? 6 : bits;
    block = block == null ? BlockShape.of(1, 16) : block;
    exponentWidth = exponentWidth == null ? 8 : exponentWidth;
    exponentBias = exponentBias == null ? ExponentBias.half(exponentWidth) : exponentBias;
    compat = compat == null ? false : compat;
    format(bits, exponentWidth, exponentBias);
  }

  private static BlockFloat format(int bits, int exponentWidth, int exponentBias) {
    return SettingChecks.storable(bits, () -> new BlockFloat(bits, exponentWidth, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("bfp", format(bits, exponentWidth, exponentBias), block, compat);
  }
}
