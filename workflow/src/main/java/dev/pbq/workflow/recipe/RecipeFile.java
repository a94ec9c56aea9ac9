package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.core.quant.SettingsReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Recipes as TOML files; {@code docs/recipes.md} describes every key. */
public final class RecipeFile {
  /** What a run writes into its output directory. */
  public static final String NAME = "pbq-recipe.toml";

  /** Key of the field that holds the texts in files of one's own. */
  static final String TEXT_FIELD = "text-field";

  private RecipeFile() {}

  /**
   * Reads a recipe. Whether the method has the settings is not checked here.
   *
   * @param file files that it names are looked for beside it first
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it cannot be read; USAGE
   *     naming file, key or line of what is wrong
   */
  public static Recipe read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound("there is no recipe " + file);
    }
    try {
      return parse(Files.readString(file), file);
    } catch (MalformedInputException e) {
      throw PbqException.badData("recipe " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read recipe " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a recipe's text.
   *
   * @param file where it is, for messages and for the files that it names
   * @throws PbqException USAGE naming file, key or line of what is wrong
   */
  public static Recipe parse(String toml, Path file) {
    return new RecipeReader(file).read(toml);
  }

  /**
   * Writes a recipe, complete or not at all.
   *
   * @throws PbqException as {@link AtomicFile#write} does
   */
  public static void write(Recipe recipe, Path file) {
    AtomicFile.write(file, text(recipe).getBytes(StandardCharsets.UTF_8));
  }

  /** The TOML of a recipe: what is as by default is left out; {@link #parse} gives an equal one. */
  public static String text(Recipe recipe) {
    ObjectNode toml = JsonNodeFactory.instance.objectNode();
    recipe.method().ifPresent(m -> toml.put("method", m));
    layers(recipe.layers(), toml);
    if (recipe.trueSequential()) {
      toml.put("true-sequential", true);
    }
    if (recipe.targets() != Targets.ORIGINAL) {
      toml.put("targets", recipe.targets().name().toLowerCase(Locale.ROOT));
    }
    recipe
        .blockwise()
        .ifPresent(
            blockwise -> {
              toml.put("blockwise", true);
              toml.put("blockwise-epochs", blockwise.epochs());
              toml.put("blockwise-lr", blockwise.learningRate());
            });
    settings(SettingsReader.write(recipe.vocabulary()), toml);
    if (!recipe.allocation().equals(AllocationChoice.NONE)) {
      settings(SettingsReader.write(recipe.allocation()), toml);
    }
    if (recipe.tokens().addBos() != TokenChoice.DEFAULT.addBos()) {
      toml.put("add-bos", recipe.tokens().addBos().name().toLowerCase(Locale.ROOT));
    }
    if (recipe.tokens().parseSpecialTokens()) {
      toml.put("parse-special-tokens", true);
    }
    recipe.textField().ifPresent(field -> toml.put(TEXT_FIELD, field));
    recipe.maxShardSize().ifPresent(size -> toml.put("max-shard-size", size));
    if (!recipe.settings().isEmpty()) {
      settings(recipe.settings(), toml.putObject("settings"));
    }
    if (!recipe.calibration().equals(CalibrationChoice.DEFAULT)) {
      CalibrationChoice calibration = recipe.calibration();
      ObjectNode table = toml.putObject("calibration");
      calibration.text().ifPresent(text -> table.put("calib", text));
      table.put("nsamples", calibration.samples());
      calibration.tokens().ifPresent(tokens -> table.put("seqlen", tokens));
      if (RecipeReader.isLong(Long.toString(calibration.seed()))) {
        table.put("seed", Long.toString(calibration.seed()));
      } else {
        table.put("seed", calibration.seed());
      }
    }
    for (LayerOverride override : recipe.overrides()) {
      ObjectNode table = toml.withArray("override").addObject();
      table.put("layers", override.layers());
      override.method().ifPresent(m -> table.put("method", m));
      settings(override.settings(), table);
    }
    if (!recipe.evaluation().equals(EvaluationChoice.NONE)) {
      ObjectNode table = toml.putObject("evaluation");
      recipe.evaluation().datasets().forEach(table.putArray("datasets")::add);
      recipe.evaluation().tokens().ifPresent(tokens -> table.put("seqlen", tokens));
    }
    recipe.actFormat().ifPresent(format -> toml.set("act-format", format.toJson()));
    return TomlText.of(toml);
  }

  private static void layers(LayerChoice layers, ObjectNode toml) {
    if (!layers.skip().isEmpty()) {
      layers.skip().forEach(toml.putArray("skip")::add);
    }
    if (layers.minLayer() > 0) {
      toml.put("minlayer", layers.minLayer());
    }
    if (layers.maxLayer() < Integer.MAX_VALUE) {
      toml.put("maxlayer", layers.maxLayer());
    }
    if (!layers.quantOnly().isEmpty()) {
      toml.put("quant-only", layers.quantOnly());
    }
    if (layers.invert()) {
      toml.put("invert", true);
    }
  }

  private static void settings(ObjectNode settings, ObjectNode table) {
    settings
        .properties()
        .forEach(
            e -> {
              // TOML has no null, and a setting without a value is one that was not given.
              if (!e.getValue().isNull()) {
                table.set(SettingNames.kebabCase(e.getKey()), e.getValue());
              }
            });
  }
}
