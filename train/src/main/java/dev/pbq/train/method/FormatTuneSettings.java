package dev.pbq.train.method;

import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.config.UniformConfig;
import dev.pbq.formats.model.ActFormat;

/**
 * Settings of fine-tuning in number formats; null takes the default.
 *
 * @param format a number format by its method's name, a preset, or a TOML file; bfp-w4a4
 * @param formatOptions settings of a format by name, {@code key=value} with commas between; none
 * @param distill share of the divergence from the original in the loss, 0 to 1; 0
 * @param compat whether to compute as the original's program; false
 */
public record FormatTuneSettings(
    @JsonProperty("format")
        @Setting(
            help =
                "Number formats of weights, biases and activations: bfp, bmf, bl, minifloat, dmf,"
                    + " log or int with {formatOptions}; a preset of {actFormat}; or a TOML file",
            byDefault = "bfp-w4a4",
            label = "NAME|PRESET|FILE")
        String format,
    @JsonProperty("formatOptions")
        @Setting(
            help = "Settings of a {format} by name, as 'pbq methods' lists them: bits=4,block=1x16",
            byDefault = "none",
            label = "KEY=VALUE,...")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        String formatOptions,
    @JsonProperty("distill")
        @Setting(
            help =
                "Share of the divergence from the original model in the loss; the rest is cross"
                    + " entropy",
            byDefault = "0",
            range = "0..1")
        Double distill,
    @JsonProperty("compat")
        @Setting(
            help =
                "Compute as the original's program: its arithmetic, weights rounded once and then"
                    + " trained in float32, no gradient through the inputs of linears",
            byDefault = "false")
        Boolean compat) {
  /** The defaults. */
  public static final FormatTuneSettings DEFAULT = new FormatTuneSettings(null, null, null, null);

  public FormatTuneSettings {
    format = or(format, "bfp-w4a4");
    distill = or(distill, 0.0);
    compat = or(compat, false);
    require(distill >= 0 && distill <= 1, "distill", distill, "is not between 0 and 1");
  }

  /** The same with another format. */
  public FormatTuneSettings withFormat(String other, String options) {
    return new FormatTuneSettings(other, options, distill, compat);
  }

  /** The same with another share of the divergence from the original. */
  public FormatTuneSettings withDistill(double share) {
    return new FormatTuneSettings(format, formatOptions, share, compat);
  }

  /** The same, computing as the original's program or not. */
  public FormatTuneSettings withCompat(boolean asOriginal) {
    return new FormatTuneSettings(format, formatOptions, distill, asOriginal);
  }

  /**
   * The formats of every operation.
   *
   * @throws PbqException USAGE, NOT_FOUND or BAD_DATA if there is no such format
   */
  QuantConfig config() {
    if (!UniformConfig.knows(format)) {
      if (formatOptions != null) {
        throw PbqException.setting(
            "{formatOptions} needs a {format} by name, such as bfp: %s is complete", format);
      }
      return ActFormat.read(format);
    }
    ObjectNode given = JsonNodeFactory.instance.objectNode();
    for (String option : formatOptions == null ? new String[0] : formatOptions.split(",", -1)) {
      int equals = option.indexOf('=');
      if (equals < 1) {
        throw PbqException.setting("{formatOptions} %s is not KEY=VALUE", option);
      }
      SettingValues.put(given, option.substring(0, equals), option.substring(equals + 1));
    }
    return UniformConfig.of(format, Methods.load().configure(format, given).settings());
  }
}
