package dev.pbq.formats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.arithmetic.ExponentBias;
import dev.pbq.formats.config.QuantConfig;

/**
 * Settings of powers of two; null takes the default, which is that of llm-mixed-q's shipped
 * configuration.
 *
 * @param bits width of a number, 2 to 8; 8
 * @param exponentBias -127 to 127; half of the exponents below 0
 * @param compat the reference's arithmetic with its defects; false
 * @param actFormat formats of the activations when the model is run; none
 */
public record LogSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("exponentBias") Integer exponentBias,
    @JsonProperty("compat") Boolean compat,
    @JsonProperty("actFormat") @JsonInclude(JsonInclude.Include.NON_NULL) QuantConfig actFormat)
    implements FormatSettings {
  public LogSettings {
    bits = bits == null ? 8 : bits;
    exponentBias = exponentBias == null ? ExponentBias.half(bits - 1) : exponentBias;
    compat = compat == null ? false : compat;
    format(bits, exponentBias);
  }

  private static Logarithm format(int bits, int exponentBias) {
    return SettingChecks.storable(bits, () -> new Logarithm(bits, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("log", format(bits, exponentBias), BlockShape.WHOLE, compat);
  }
}
