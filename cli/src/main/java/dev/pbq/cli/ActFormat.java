package dev.pbq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.quant.Methods;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.Presets;
import dev.pbq.formats.config.QuantConfig;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The number formats that a model's products are computed in when it is run.
 *
 * @param label what the user calls it, for results
 * @param weights whether the configuration's formats hold for weights too: not where those are
 *     quantized already
 */
record ActFormat(String label, QuantConfig config, Rules rules, boolean weights) {
  /** The setting of methods that have activation formats. */
  static final String SETTING = "actFormat";

  private static final String OPTION = "--act-format";

  /** What turns off a format that a model records. */
  static final String NONE = "none";

  /**
   * Reads a configuration.
   *
   * @param presetOrFile a preset's name or a TOML file
   * @throws PbqException NOT_FOUND if it is neither; USAGE if the file is no configuration
   */
  static QuantConfig read(String presetOrFile) {
    if (Presets.names().contains(presetOrFile)) {
      return Presets.of(presetOrFile);
    }
    Path file = Path.of(presetOrFile);
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound(
          OPTION
              + " "
              + presetOrFile
              + " is neither a file nor a preset; there are "
              + String.join(", ", Presets.names()));
    }
    try {
      return QuantConfig.parse(Files.readString(file), presetOrFile);
    } catch (MalformedInputException e) {
      throw PbqException.badData(presetOrFile + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + presetOrFile + ": " + e.getMessage(), e);
    }
  }

  /**
   * What the user asks for on a model.
   *
   * @throws PbqException USAGE if the model is quantized by a method that has no activation format
   */
  static ActFormat asked(String presetOrFile, boolean compat, ModelFolder folder) {
    Optional<String> method = Checkpoints.quantizedBy(folder);
    if (method.isPresent() && !Methods.load().has(method.get(), SETTING)) {
      throw PbqException.usage(
          OPTION
              + ": "
              + folder.path()
              + " is quantized by "
              + method.get()
              + ", which has no activation format");
    }
    return new ActFormat(
        compat ? presetOrFile + " --compat" : presetOrFile,
        read(presetOrFile),
        compat ? Rules.COMPAT : Rules.FIXED,
        method.isEmpty());
  }

  /** What a packed model was quantized for. */
  static Optional<ActFormat> recorded(ModelFolder folder) {
    return folder.isPacked()
        ? recorded(folder.quantizationConfig().path("settings"))
        : Optional.empty();
  }

  /** What settings of a method say. */
  static Optional<ActFormat> recorded(JsonNode settings) {
    if (!(settings.path(SETTING) instanceof ObjectNode tables)) {
      return Optional.empty();
    }
    boolean compat = settings.path("compat").asBoolean(false);
    return Optional.of(
        new ActFormat(
            "as recorded", QuantConfig.of(tables), compat ? Rules.COMPAT : Rules.FIXED, false));
  }

  /**
   * The formats of a model's operations.
   *
   * @throws PbqException USAGE if the configuration does not fit the model
   */
  ModelFormats resolve(TransformerModel model) {
    Architecture architecture =
        Architecture.of(model.architecture())
            .orElseThrow(
                () ->
                    PbqException.usage(
                        OPTION + ": there are no formats for " + model.architecture() + " models"));
    return new ModelFormats(config, architecture, model.blocks(), rules);
  }

  /** What happens to the operands of a model's products. */
  ProductOperands operands(TransformerModel model) {
    return new FormatOperands(resolve(model), weights);
  }
}
