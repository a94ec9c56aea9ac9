package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.SettingNames;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything that repeats a training, apart from the model, the number of threads and where data
 * sets are found. Immutable.
 *
 * @param method the training method
 * @param settings of the method that were given, by camel-case name
 * @param training how long and how fast: what was given, by camel-case name
 * @param dataset data set or file; empty for the default
 * @param textField field or column that holds the texts in a file of one's own; empty for the
 *     default
 */
public record TrainingRecipe(
    Optional<String> method,
    ObjectNode settings,
    ObjectNode training,
    Optional<String> dataset,
    Optional<String> textField) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> KEYS =
      List.of("method", "dataset", RecipeFile.TEXT_FIELD, "settings", "training");

  /** Chooses nothing. */
  public static final TrainingRecipe EMPTY =
      new TrainingRecipe(Optional.empty(), empty(), empty(), Optional.empty(), Optional.empty());

  public TrainingRecipe {
    settings = settings.deepCopy();
    training = training.deepCopy();
  }

  /** A training method with its defaults. */
  public static TrainingRecipe of(String method) {
    return new TrainingRecipe(
        Optional.of(method), empty(), empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Sets one setting of the method.
   *
   * @param name as {@code pbq methods} lists it: {@code salientFrac} or {@code salient-frac}
   * @param value a number, a boolean or a text; what the method takes is checked when the recipe is
   *     used
   */
  public TrainingRecipe set(String name, Object value) {
    return new TrainingRecipe(method, with(settings, name, value), training, dataset, textField);
  }

  /** As {@link #set}, of how long and how fast: {@code steps}, {@code batch}, {@code lr}, ... */
  public TrainingRecipe training(String name, Object value) {
    return new TrainingRecipe(method, settings, with(training, name, value), dataset, textField);
  }

  /** Trains on this text. */
  public TrainingRecipe on(String textOrFile) {
    return new TrainingRecipe(method, settings, training, Optional.of(textOrFile), textField);
  }

  private static ObjectNode with(ObjectNode values, String name, Object value) {
    ObjectNode changed = values.deepCopy();
    changed.set(SettingNames.camelCase(name), JSON.<JsonNode>valueToTree(value));
    return changed;
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }

  @Override
  public ObjectNode training() {
    return training.deepCopy();
  }

  /**
   * Reads a recipe. Whether the method has the settings is not checked here.
   *
   * @param file files that it names are looked for beside it first
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it cannot be read; USAGE
   *     naming file, key or line of what is wrong
   */
  public static TrainingRecipe read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound("there is no recipe " + file);
    }
    try {
      RecipeReader reader = new RecipeReader(file);
      TomlTable top =
          new TomlTable(file.toString(), reader.tree(Files.readString(file))).requireKeys(KEYS);
      return new TrainingRecipe(
          top.text("method"),
          table(top, "settings"),
          table(top, "training"),
          top.text("dataset").map(reader::textOrFile),
          top.text(RecipeFile.TEXT_FIELD));
    } catch (MalformedInputException e) {
      throw PbqException.badData("recipe " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read recipe " + file + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode table(TomlTable top, String key) {
    return top.table(key).map(RecipeReader::settings).orElseGet(TrainingRecipe::empty);
  }

  /**
   * This recipe with another one's choices over it. Another method has other settings: then those
   * of this one are not carried over.
   */
  public TrainingRecipe with(TrainingRecipe over) {
    boolean same = over.method().isEmpty() || method.isEmpty() || over.method().equals(method);
    ObjectNode mine = same ? settings() : empty();
    mine.setAll(over.settings());
    ObjectNode pace = training();
    // The two exclude each other: what is given last holds.
    if (over.training().has("steps")) {
      pace.remove("epochs");
    }
    if (over.training().has("epochs")) {
      pace.remove("steps");
    }
    pace.setAll(over.training());
    return new TrainingRecipe(
        over.method().or(() -> method),
        mine,
        pace,
        over.dataset().or(() -> dataset),
        over.textField().or(() -> textField));
  }

  /** The TOML of a recipe; {@link #read} gives an equal one. */
  public String text() {
    ObjectNode toml = empty();
    method.ifPresent(m -> toml.put("method", m));
    dataset.ifPresent(d -> toml.put("dataset", d));
    textField.ifPresent(field -> toml.put(RecipeFile.TEXT_FIELD, field));
    put(toml, "settings", settings);
    put(toml, "training", training);
    return TomlText.of(toml);
  }

  private static void put(ObjectNode toml, String key, ObjectNode values) {
    if (!values.isEmpty()) {
      ObjectNode table = toml.putObject(key);
      values
          .properties()
          .forEach(
              e -> {
                if (!e.getValue().isNull()) {
                  table.set(SettingNames.kebabCase(e.getKey()), e.getValue());
                }
              });
    }
  }
}
