package dev.pbq.formats;

import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.Setting;
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
    @JsonProperty("bits")
        @Setting(
            help = "Width of a number, its sign included",
            byDefault = "8",
            range = "2..8",
            aliases = "width",
            symbol = "w")
        Integer bits,
    @JsonProperty("exponentBias")
        @Setting(
            help = "Exponent bias",
            byDefault = "2^({bits} - 2) - 1: half of the exponents are below 0",
            range = "-127..127",
            symbol = "B")
        Integer exponentBias,
    @JsonProperty("compat")
        @Setting(help = "The reference program's arithmetic, with its defects", byDefault = "false")
        Boolean compat,
    @JsonProperty("actFormat")
        @Setting(
            help = "Formats of the activations when the model is run: a preset or a file",
            byDefault = "none",
            label = "PRESET|FILE")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        QuantConfig actFormat)
    implements FormatSettings {
  public LogSettings {
    bits = or(bits, 8);
    exponentBias = or(exponentBias, ExponentBias.half(bits - 1));
    compat = or(compat, false);
    format(bits, exponentBias);
  }

  private static Logarithm format(int bits, int exponentBias) {
    return Storable.format(bits, () -> new Logarithm(bits, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("log", format(bits, exponentBias), BlockShape.WHOLE, compat);
  }
}
