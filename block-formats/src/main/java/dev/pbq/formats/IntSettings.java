package dev.pbq.formats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.quant.Quantizer;
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
    @JsonProperty("bits") Integer bits,
    @JsonProperty("fracWidth") String fracWidth,
    @JsonProperty("compat") Boolean compat,
    @JsonProperty("actFormat") @JsonInclude(JsonInclude.Include.NON_NULL) QuantConfig actFormat)
    implements FormatSettings {
  private static final String AUTO = "auto";

  public IntSettings {
    bits = bits == null ? 8 : bits;
    fracWidth = fracWidth == null ? Integer.toString(bits - 1) : fracWidth;
    compat = compat == null ? false : compat;
    if (!fracWidth.equals(AUTO) && !fracWidth.matches("-?\\d{1,9}")) {
      throw PbqException.usage("--frac-width " + fracWidth + " is neither a number nor " + AUTO);
    }
    format(bits, fracWidth.equals(AUTO) ? 0 : Integer.parseInt(fracWidth));
  }

  private static FixedPoint format(int bits, int fracWidth) {
    return SettingChecks.storable(bits, () -> new FixedPoint(bits, fracWidth, true));
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
