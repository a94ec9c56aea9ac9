package dev.pbq.formats;

import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.Setting;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.config.QuantConfig;

/**
 * Settings of fixed point; null takes the default, which is that of llm-mixed-q's shipped
 * configuration.
 *
 * @param bits width of a number, 2 to 8; 8
 * @param fracWidth binary places, -126 to 126, or {@code auto}: for each layer as many as its
 *     largest weight leaves room for; bits - 1
 * @param compat the reference's arithmetic, which is the same; false
 * @param actFormat formats of the activations when the model is run; none
 */
public record IntSettings(
    @JsonProperty("bits")
        @Setting(
            help = "Width of a number, its sign included",
            byDefault = "8",
            range = "2..8",
            aliases = "width",
            symbol = "w")
        Integer bits,
    @JsonProperty("fracWidth")
        @Setting(
            help = "Binary places; auto: as many as a layer's largest weight leaves room for",
            byDefault = "{bits} - 1",
            range = "-126..126",
            words = "auto",
            label = "N|auto",
            symbol = "f")
        String fracWidth,
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
  private static final String AUTO = "auto";

  public IntSettings {
    bits = or(bits, 8);
    fracWidth = or(fracWidth, Integer.toString(bits - 1));
    compat = or(compat, false);
    require(
        fracWidth.equals(AUTO) || fracWidth.matches("-?\\d{1,9}"),
        "fracWidth",
        fracWidth,
        "neither a number nor " + AUTO);
    format(bits, fracWidth.equals(AUTO) ? 0 : Integer.parseInt(fracWidth));
  }

  private static FixedPoint format(int bits, int fracWidth) {
    return Storable.format(bits, () -> new FixedPoint(bits, fracWidth, true));
  }

  @Override
  public Quantizer quantizer() {
    if (!fracWidth.equals(AUTO)) {
      FixedPoint format = format(bits, Integer.parseInt(fracWidth));
      return new FormatQuantizer("int", format, BlockShape.WHOLE, compat);
    }
    return new FormatQuantizer(
        "int",
        w -> format(bits, FracWidths.of(bits, w)),
        format(bits, bits - 1),
        BlockShape.WHOLE,
        compat);
  }
}
