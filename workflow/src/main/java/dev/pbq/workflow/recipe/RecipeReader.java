package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.data.BosRule;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.formats.config.Presets;
import dev.pbq.formats.config.QuantConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a recipe from TOML; unknown keys and wrong types are errors. */
final class RecipeReader {
  private static final List<String> KEYS =
      List.of(
          "method",
          "skip",
          "minlayer",
          "maxlayer",
          "quant-only",
          "invert",
          "act-format",
          "true-sequential",
          "targets",
          "blockwise",
          "blockwise-epochs",
          "blockwise-lr",
          "embedding-bits",
          "embedding-method",
          "head-bits",
          "head-method",
          "allocate",
          "budget",
          "widths",
          "sensitivity",
          "probe-bits",
          "probe-windows",
          "add-bos",
          "parse-special-tokens",
          RecipeFile.TEXT_FIELD,
          "max-shard-size",
          "settings",
          "calibration",
          "override",
          "evaluation");

  private static final Pattern SEED = Pattern.compile("(?m)^\\s*seed\\s*=\\s*([+-]?[0-9_]+)");

  private final Path file;

  RecipeReader(Path file) {
    this.file = file;
  }

  Recipe read(String toml) {
    TomlTable top = new TomlTable(file.toString(), tree(toml)).requireKeys(KEYS);
    return new Recipe(
        new MethodChoice(
            top.text("method"),
            top.table("settings").map(RecipeReader::settings).orElseGet(RecipeReader::empty),
            Optional.ofNullable(top.node().get("act-format")).map(this::actFormat)),
        new LayerPlan(
            layers(top),
            top.tables("override").stream().map(RecipeReader::override).toList(),
            top.flag("true-sequential").orElse(false),
            targets(top),
            blockwise(top),
            new VocabularyChoice(
                top.number("embedding-bits").orElse(null),
                top.number("head-bits").orElse(null),
                top.text("embedding-method").orElse(null),
                top.text("head-method").orElse(null)),
            allocation(top)),
        new TextPlan(
            tokens(top),
            top.table("calibration").map(this::calibration).orElse(CalibrationChoice.DEFAULT),
            top.table("evaluation").map(this::evaluation).orElse(EvaluationChoice.NONE),
            top.text(RecipeFile.TEXT_FIELD)),
        top.text("max-shard-size"));
  }

  /** Whether an integer has so many digits that the TOML library may drop some of them. */
  static boolean isLong(String integer) {
    return integer.length() > 16;
  }

  ObjectNode tree(String toml) {
    Matcher seed = SEED.matcher(toml);
    if (seed.find() && isLong(seed.group(1))) {
      throw PbqException.usage(
          file + ": seed has many digits: write it as a text, seed = \"" + seed.group(1) + "\"");
    }
    try {
      return (ObjectNode) new TomlMapper().readTree(toml);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw PbqException.usage(
          file
              + (line > 0 ? ", line " + line : "")
              + ": not TOML: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ObjectNode settings(TomlTable table) {
    ObjectNode settings = empty();
    for (var entry : table.node().properties()) {
      if (entry.getValue().isContainerNode()) {
        throw PbqException.usage(
            table.where() + ": " + entry.getKey() + " is " + entry.getValue() + ", not one value");
      }
      JsonNode value = entry.getValue();
      // Fractions come as decimals; on the command line they are float64.
      settings.set(
          setting(entry.getKey()),
          value.isNumber() && !value.isIntegralNumber()
              ? DoubleNode.valueOf(value.doubleValue())
              : value);
    }
    return settings;
  }

  /** A name that would not be written as it was read names no setting. */
  private static String setting(String key) {
    String name = SettingNames.camelCase(key);
    if (!SettingNames.camelCase(SettingNames.kebabCase(name)).equals(name)) {
      throw PbqException.usage("there is no setting " + key);
    }
    return name;
  }

  private static LayerOverride override(TomlTable table) {
    String layers =
        table
            .text("layers")
            .orElseThrow(
                () -> PbqException.usage(table.where() + " has no layers, a regular expression"));
    LayerPattern.compile(Wording.text(table.where() + ": layers"), layers);
    ObjectNode changes = table.node().deepCopy();
    changes.remove(List.of("layers", "method"));
    return new LayerOverride(
        layers, table.text("method"), settings(new TomlTable(table.where(), changes)));
  }

  private static LayerChoice layers(TomlTable top) {
    List<String> skip = top.texts("skip").orElse(List.of());
    skip.forEach(regex -> LayerPattern.compile(Wording.text(top.where() + ": skip"), regex));
    return new LayerChoice(
        top.integer("minlayer", 0).orElse(0),
        top.integer("maxlayer", 1).orElse(Integer.MAX_VALUE),
        top.text("quant-only").orElse(""),
        top.flag("invert").orElse(false),
        skip);
  }

  private static Targets targets(TomlTable top) {
    String name = top.text("targets").orElse("original");
    return Arrays.stream(Targets.values())
        .filter(t -> t.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                PbqException.usage(
                    top.where() + ": targets is " + name + ", not original or quantized"));
  }

  private static Optional<CorrectionSettings> blockwise(TomlTable top) {
    Optional<Integer> epochs = top.integer("blockwise-epochs", 1);
    Optional<Double> rate = top.number("blockwise-lr");
    if (!top.flag("blockwise").orElse(false)) {
      if (epochs.isPresent() || rate.isPresent()) {
        throw PbqException.usage(
            top.where() + ": blockwise-epochs and blockwise-lr are of no use without blockwise");
      }
      return Optional.empty();
    }
    CorrectionSettings otherwise = CorrectionSettings.DEFAULT;
    return Optional.of(
        new CorrectionSettings(
            epochs.orElse(otherwise.epochs()), rate.orElse(otherwise.learningRate())));
  }

  private AllocationChoice allocation(TomlTable top) {
    JsonNode budget = top.node().get("budget");
    return new AllocationChoice(
        top.flag("allocate").orElse(null),
        budget != null && budget.isNumber() ? budget.asText() : top.text("budget").orElse(null),
        top.text("widths").orElse(null),
        top.text("sensitivity").map(this::textOrFile).orElse(null),
        top.number("probe-bits").orElse(null),
        top.integer("probe-windows", 1).orElse(null));
  }

  private static TokenChoice tokens(TomlTable top) {
    Optional<String> name = top.text("add-bos");
    BosRule rule =
        name.map(
                n ->
                    Arrays.stream(BosRule.values())
                        .filter(r -> r.name().toLowerCase(Locale.ROOT).equals(n))
                        .findFirst()
                        .orElseThrow(
                            () ->
                                PbqException.usage(
                                    top.where() + ": add-bos is " + n + ", not auto, yes or no")))
            .orElse(TokenChoice.DEFAULT.addBos());
    return new TokenChoice(rule, top.flag("parse-special-tokens").orElse(false));
  }

  private CalibrationChoice calibration(TomlTable table) {
    table.requireKeys(List.of("calib", "nsamples", "seqlen", "seed"));
    CalibrationChoice otherwise = CalibrationChoice.DEFAULT;
    return new CalibrationChoice(
        table.text("calib").map(this::textOrFile),
        table.integer("nsamples", 1).orElse(otherwise.samples()),
        tokens(table.integer("seqlen", 1)),
        table.wide("seed").orElse(otherwise.seed()));
  }

  private EvaluationChoice evaluation(TomlTable table) {
    table.requireKeys(List.of("datasets", "seqlen"));
    List<String> datasets = new ArrayList<>();
    table.texts("datasets").orElse(List.of()).forEach(d -> datasets.add(textOrFile(d)));
    return new EvaluationChoice(datasets, tokens(table.integer("seqlen", 1)));
  }

  private static OptionalInt tokens(Optional<Integer> given) {
    return given.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private QuantConfig actFormat(JsonNode value) {
    String where = file + ": act-format";
    if (value instanceof ObjectNode tables) {
      return QuantConfig.parse(TomlText.of(tables), where);
    }
    if (!value.isTextual()) {
      throw PbqException.usage(where + " is " + value + ", not a preset, a file or a table");
    }
    String name = value.textValue();
    if (Presets.names().contains(name)) {
      return Presets.of(name);
    }
    Path found = Path.of(textOrFile(name));
    if (!Files.isRegularFile(found)) {
      throw PbqException.notFound(
          where
              + " "
              + name
              + " is neither a file beside the recipe nor a preset; there are "
              + String.join(", ", Presets.names()));
    }
    try {
      return QuantConfig.parse(Files.readString(found), found.toString());
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + found + ": " + e.getMessage(), e);
    }
  }

  /** A file is looked for beside the recipe first; a name without a dot is no file. */
  String textOrFile(String name) {
    try {
      Path beside = file.toAbsolutePath().resolveSibling(name);
      return name.contains(".") && Files.isRegularFile(beside) ? beside.toString() : name;
    } catch (InvalidPathException e) {
      throw PbqException.usage(file + ": '" + name + "' is no name of a file");
    }
  }
}
