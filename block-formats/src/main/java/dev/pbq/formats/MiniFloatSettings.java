package dev.pbq.formats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.arithmetic.ExponentBias;
import dev.pbq.formats.config.QuantConfig;

/**
 * Settings of minifloats; null takes the default, which is that of llm-mixed-q's shipped
 * configuration.
 *
 * @param bits width of a number, 2 to 8; 8
 * @param exponentWidth bits of the exponent, 1 to bits - 2; 4, or bits - 2 if that is less
 * @param exponentBias -127 to 127; half of the exponents below 0
 * @param compat the reference's arithmetic with its defects; false
 * @param actFormat formats of the activations when the model is run; none
 */
public record MiniFloatSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("exponentWidth") Integer exponentWidth,
    @JsonProperty("exponentBias") Integer exponentBias,
    @JsonProperty("compat") Boolean compat,
    @JsonProperty("actFormat") @JsonInclude(JsonInclude.Include.NON_NULL) QuantConfig actFormat)
    implements FormatSettings {
  public MiniFloatSettings {
    bits = bits == null ? 8 : bits;
    exponentWidth = exponentWidth == null ? SettingChecks.exponentWidth(bits) : exponentWidth;
    exponentBias = exponentBias == null ? ExponentBias.half(exponentWidth) : exponentBias;
    compat = compat == null ? false : compat;
    format(bits, exponentWidth, exponentBias);
  }

  private static MiniFloat format(int bits, int exponentWidth, int exponentBias) {
    return SettingChecks.storable(bits, () -> new MiniFloat(bits, exponentWidth, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer(
        "minifloat", format(bits, exponentWidth, exponentBias), BlockShape.WHOLE, compat);
  }
}
