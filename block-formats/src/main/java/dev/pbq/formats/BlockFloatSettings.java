package dev.pbq.formats;

import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.Setting;
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
    @JsonProperty("bits")
        @Setting(
            help = "Width of a number, its sign included",
            byDefault = "6",
            range = "2..8",
            aliases = "width",
            symbol = "w")
        Integer bits,
    @JsonProperty("block")
        @Setting(
            help = "Weights that share, rows x columns; -1 for all",
            byDefault = "1x16",
            label = "RxC")
        BlockShape block,
    @JsonProperty("exponentWidth")
        @Setting(
            help = "Bits of the exponent that a block shares",
            byDefault = "8",
            range = "1..8",
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
  public BlockFloatSettings {
    bits = or(bits, 6);
    block = or(block, BlockShape.of(1, 16));
    exponentWidth = or(exponentWidth, 8);
    exponentBias = or(exponentBias, ExponentBias.half(exponentWidth));
    compat = or(compat, false);
    format(bits, exponentWidth, exponentBias);
  }

  private static BlockFloat format(int bits, int exponentWidth, int exponentBias) {
    return Storable.format(bits, () -> new BlockFloat(bits, exponentWidth, exponentBias));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("bfp", format(bits, exponentWidth, exponentBias), block, compat);
  }
}
