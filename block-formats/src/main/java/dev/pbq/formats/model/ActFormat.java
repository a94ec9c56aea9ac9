package dev.pbq.formats.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
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
import java.util.function.Predicate;

/**
 * The number formats that a model's products are computed in when it is run: what a packed folder
 * {@linkplain #recorded(ModelFolder) records}, or what a user {@linkplain #asked asks for}.
 *
 * @param label what the user calls it, for results
 * @param config the formats of every operation
 * @param rules the arithmetic of rounding
 * @param weights whether the configuration's formats hold for weights too: not where those are
 *     quantized already
 */
public record ActFormat(String label, QuantConfig config, Rules rules, boolean weights)
    implements ProductFormat {
  /** The setting of quantization methods that have activation formats. */
  public static final String SETTING = "actFormat";

  /**
   * Reads a configuration.
   *
   * @param presetOrFile a preset's name or a TOML file
   * @throws PbqException NOT_FOUND if it is neither; USAGE if the file is no configuration;
   *     BAD_DATA if it cannot be read
   */
  public static QuantConfig read(String presetOrFile) {
    if (Presets.names().contains(presetOrFile)) {
      return Presets.of(presetOrFile);
    }
    Path file = Path.of(presetOrFile);
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound(
          Wording.of(
              "{actFormat} %s is neither a file nor a preset; there are %s",
              presetOrFile, String.join(", ", Presets.names())));
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
   * @param presetOrFile a preset's name or a TOML file
   * @param compat whether the arithmetic is the reference program's, with its defects
   * @param folder the model, dense or packed
   * @param hasFormats whether a quantization method of some name has the setting {@link #SETTING}
   * @throws PbqException USAGE if the model is quantized by a method that has no activation format;
   *     otherwise as {@link #read}
   */
  public static ActFormat asked(
      String presetOrFile, boolean compat, ModelFolder folder, Predicate<String> hasFormats) {
    Optional<String> method = Checkpoints.quantizedBy(folder);
    if (method.isPresent() && !hasFormats.test(method.get())) {
      throw PbqException.setting(
          "{actFormat}: %s is quantized by %s, which has no activation format",
          folder.path(), method.get());
    }
    return new ActFormat(
        compat ? presetOrFile + " --compat" : presetOrFile,
        read(presetOrFile),
        compat ? Rules.COMPAT : Rules.FIXED,
        method.isEmpty());
  }

  /**
   * What a packed model was quantized for; empty for a dense model, or where nothing is recorded.
   *
   * @throws PbqException USAGE if what is recorded is no configuration
   */
  public static Optional<ActFormat> recorded(ModelFolder folder) {
    return folder.isPacked()
        ? recorded(folder.quantizationConfig().path("settings"))
        : Optional.empty();
  }

  /**
   * What settings of a quantization method record, by their names in camel case; empty for nothing.
   *
   * @throws PbqException USAGE if what is recorded is no configuration
   */
  public static Optional<ActFormat> recorded(JsonNode settings) {
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
  public ModelFormats resolve(TransformerModel model) {
    Architecture architecture =
        Architecture.of(model.architecture())
            .orElseThrow(
                () ->
                    PbqException.setting(
                        "{actFormat}: there are no formats for %s models", model.architecture()));
    return new ModelFormats(config, architecture, model.blocks(), rules);
  }

  /**
   * What happens to the operands of a model's products.
   *
   * @throws PbqException USAGE if the configuration does not fit the model
   */
  @Override
  public ProductOperands operands(TransformerModel model) {
    return new FormatOperands(resolve(model), weights);
  }
}
