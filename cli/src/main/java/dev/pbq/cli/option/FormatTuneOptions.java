package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.config.UniformConfig;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.train.method.FormatTune;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The number formats that a model is trained in. */
public final class FormatTuneOptions {
  @Option(
      names = "--format",
      paramLabel = "NAME|PRESET|FILE",
      description =
          "format-tune: the number formats of weights, biases and activations: bfp, bmf, bl,"
              + " minifloat, dmf, log or int with --format-option; a preset of --act-format; or a"
              + " TOML file (default: ${DEFAULT-VALUE}).")
  private String format = "bfp-w4a4";

  @Option(
      names = "--format-option",
      paramLabel = "KEY=VALUE",
      description =
          "format-tune: a setting of the format, as 'pbq methods NAME' lists them, e.g. bits=4.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--compat",
      description =
          "format-tune: compute as the original's program: its arithmetic, weights rounded once and"
              + " then trained in float32, no gradient through the inputs of linears.")
  private boolean compat;

  /**
   * The method.
   *
   * @throws PbqException USAGE, NOT_FOUND or BAD_DATA if there is no such format, or it does not
   *     fit the model
   */
  FormatTune method(TransformerModel model) {
    return new FormatTune(format, config(), compat, model);
  }

  private QuantConfig config() {
    if (!UniformConfig.knows(format)) {
      if (!settings.isEmpty()) {
        throw PbqException.usage(
            "--format-option needs a --format by name, such as bfp; " + format + " is complete");
      }
      return ActFormat.read(format);
    }
    ObjectNode given = JsonNodeFactory.instance.objectNode();
    settings.forEach((key, value) -> SettingValues.put(given, key, value));
    return UniformConfig.of(format, Methods.load().configure(format, given).settings());
  }
}
