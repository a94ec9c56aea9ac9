package dev.pbq.formats;

import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.Setting;
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
    @JsonProperty("bits")
        @Setting(
            help = "Width of a number, its sign included",
            byDefault = "8",
            range = "3..8",
            aliases = "width",
            symbol = "w")
        Integer bits,
    @JsonProperty("exponentWidth")
        @Setting(
            help = "Bits of each number's exponent, at most {bits} - 2",
            byDefault = "4, or {bits} - 2 if that is less",
            range = "1..6",
            symbol = "ew")
        Integer exponentWidth,
    @JsonProperty("exponentBias")
        @Setting(
            help = "Exponent bias",
            byDefault = "2^({exponentWidth} - 1) - 1: half of the exponents are below 0",
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
  public MiniFloatSettings {
    bits = or(bits, 8);
    exponentWidth = or(exponentWidth, Storable.exponentWidth(bits));
    exponentBias = or(exponentBias, ExponentBias.half(exponentWidth));
    compat = or(compat, false);
    format(bits, exponentWidth, exponentBias);
  }

  private static MiniFloat format(int bits, int exponentWidth, int exponentBias) {
    return Storable.format(bits, () -> new MiniFloat(bits, exponentWidth, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer(
        "minifloat", format(bits, exponentWidth, exponentBias), BlockShape.WHOLE, compat);
  }
}
