package dev.pbq.formats;

import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.Setting;
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
    @JsonProperty("bits")
        @Setting(
            help = "Width of a number, its sign included",
            byDefault = "8",
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
    @JsonProperty("exponentBiasWidth")
        @Setting(
            help = "Bits of the exponent bias that a block shares",
            byDefault = "8",
            range = "1..8",
            symbol = "bw")
        Integer exponentBiasWidth,
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
  public BlockLogSettings {
    bits = or(bits, 8);
    block = or(block, BlockShape.of(1, 16));
    exponentBiasWidth = or(exponentBiasWidth, 8);
    compat = or(compat, false);
    format(bits, exponentBiasWidth);
  }

  private static BlockLogarithm format(int bits, int exponentBiasWidth) {
    return Storable.format(bits, () -> new BlockLogarithm(bits, exponentBiasWidth));
  }

  @Override
  public Quantizer quantizer() {
    return new FormatQuantizer("bl", format(bits, exponentBiasWidth), block, compat);
  }
}
