package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.formats.config.QuantConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything that repeats a quantization, apart from the model, the number of threads and where
 * data sets are found. Immutable: each method that changes something returns another recipe.
 *
 * <pre>{@code
 * Recipe recipe =
 *     Recipe.of("gptq").set("bits", 3).set("groupsize", 128).calibratedOn("c4", 128, 2048);
 * }</pre>
 *
 * @param main the method of all layers that no override gives another
 * @param plan which layers, in which order, with which exceptions
 * @param texts for calibration and evaluation
 * @param maxShardSize largest weight file, such as {@code 5GB}; empty for the default
 */
public record Recipe(
    MethodChoice main, LayerPlan plan, TextPlan texts, Optional<String> maxShardSize) {
  /** Chooses nothing: what a command line without a recipe starts from. */
  public static final Recipe EMPTY =
      new Recipe(MethodChoice.NONE, LayerPlan.ALL, TextPlan.DEFAULT, Optional.empty());

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A method with its defaults on all layers. */
  public static Recipe of(String method) {
    return EMPTY.withMethod(method, JsonNodeFactory.instance.objectNode());
  }

  /** A method with a record of its settings, such as {@code GptqSettings}, on all layers. */
  public static Recipe of(String method, Record settings) {
    return EMPTY.withMethod(method, JSON.<ObjectNode>valueToTree(settings));
  }

  /**
   * The recipe in a file, such as every quantization writes beside its result.
   *
   * @throws PbqException as {@link RecipeFile#read}
   */
  public static Recipe read(Path file) {
    return RecipeFile.read(file);
  }

  // What it says.

  /** The method's name, if the recipe has one. */
  public Optional<String> method() {
    return main.name();
  }

  /**
   * The method's name.
   *
   * @throws PbqException USAGE if there is none
   */
  public String requireMethod() {
    return method()
        .orElseThrow(
            () ->
                PbqException.setting(
                    "a method is missing: {method} M, or a recipe that names one"));
  }

  /** The settings that were given, by camel-case name: a copy. */
  public ObjectNode settings() {
    return main.settings();
  }

  public Optional<QuantConfig> actFormat() {
    return main.actFormat();
  }

  public LayerChoice layers() {
    return plan.choice();
  }

  public List<LayerOverride> overrides() {
    return plan.overrides();
  }

  public boolean trueSequential() {
    return plan.trueSequential();
  }

  /** What the outputs of calibrated layers are fitted to. */
  public Targets targets() {
    return plan.targets();
  }

  /** How what is left of a block is trained after each input; empty if it is not. */
  public Optional<CorrectionSettings> blockwise() {
    return plan.blockwise();
  }

  /** What becomes of embedding and head. */
  public VocabularyChoice vocabulary() {
    return plan.vocabulary();
  }

  /** How bits are shared among layers. */
  public AllocationChoice allocation() {
    return plan.allocation();
  }

  public TokenChoice tokens() {
    return texts.tokens();
  }

  public CalibrationChoice calibration() {
    return texts.calibration();
  }

  public EvaluationChoice evaluation() {
    return texts.evaluation();
  }

  /** The field that holds the texts in files of one's own. */
  public Optional<String> textField() {
    return texts.textField();
  }

  // Another recipe, in the words of a program that makes one.

  /**
   * Sets one setting of the method.
   *
   * @param name as {@code pbq methods} lists it: {@code lowFrac} or {@code low-frac}
   * @param value a number, a boolean, a text, an enum constant or a {@link JsonNode}; what the
   *     method takes is checked when the recipe is used
   */
  public Recipe set(String name, Object value) {
    ObjectNode settings = settings();
    settings.set(SettingNames.camelCase(name), JSON.<JsonNode>valueToTree(value));
    return withMain(new MethodChoice(method(), settings, actFormat()));
  }

  /**
   * Draws calibration windows from a text.
   *
   * @param textOrFile data set or file
   * @param windows how many
   * @param tokens of each window
   */
  public Recipe calibratedOn(String textOrFile, int windows, int tokens) {
    return withCalibration(
        new CalibrationChoice(
            Optional.of(textOrFile), windows, OptionalInt.of(tokens), calibration().seed()));
  }

  /** Draws the calibration windows with another seed; the default is 0. */
  public Recipe seed(long seed) {
    CalibrationChoice c = calibration();
    return withCalibration(new CalibrationChoice(c.text(), c.samples(), c.tokens(), seed));
  }

  /** Leaves out the layers in whose names a regular expression is found. */
  public Recipe skip(String regex) {
    LayerChoice c = layers();
    List<String> skip = new ArrayList<>(c.skip());
    skip.add(regex);
    return withLayers(
        new LayerChoice(c.minLayer(), c.maxLayer(), c.quantOnly(), c.invert(), skip), overrides());
  }

  /** Adds an exception for some layers. */
  public Recipe override(LayerOverride override) {
    List<LayerOverride> all = new ArrayList<>(overrides());
    all.add(override);
    return withLayers(layers(), all);
  }

  /** Measures perplexity of the result on these texts, if {@code RecipeRun.evaluate} is called. */
  public Recipe evaluatedOn(List<String> datasets, OptionalInt tokens) {
    return withData(tokens(), calibration(), new EvaluationChoice(datasets, tokens));
  }

  // Another recipe, part by part.

  private Recipe withMain(MethodChoice choice) {
    return new Recipe(choice, plan, texts, maxShardSize);
  }

  /** Another method with its settings; the activation format stays. */
  public Recipe withMethod(String newMethod, ObjectNode newSettings) {
    return withMain(new MethodChoice(Optional.of(newMethod), newSettings, actFormat()));
  }

  public Recipe withActFormat(Optional<QuantConfig> newFormat) {
    return withMain(new MethodChoice(method(), settings(), newFormat));
  }

  private Recipe withPlan(LayerPlan layerPlan) {
    return new Recipe(main, layerPlan, texts, maxShardSize);
  }

  public Recipe withLayers(LayerChoice newLayers, List<LayerOverride> newOverrides) {
    return withPlan(plan.with(newLayers, newOverrides));
  }

  public Recipe withTrueSequential(boolean isSequential) {
    return withPlan(plan.with(isSequential, targets()));
  }

  /** With calibrated layers fitted to what the original, or the quantized model is to give. */
  public Recipe withTargets(Targets targets) {
    return withPlan(plan.with(trueSequential(), targets));
  }

  /** With block-wise error correction, or without. */
  public Recipe withBlockwise(Optional<CorrectionSettings> settings) {
    return withPlan(plan.with(settings));
  }

  /** With embedding and head quantized too, or not. */
  public Recipe withVocabulary(VocabularyChoice choice) {
    return withPlan(plan.with(choice));
  }

  /** With bits shared among layers by what their quantization costs, or not. */
  public Recipe withAllocation(AllocationChoice choice) {
    return withPlan(plan.with(choice));
  }

  public Recipe withData(
      TokenChoice newTokens, CalibrationChoice newCalibration, EvaluationChoice newEvaluation) {
    return new Recipe(
        main,
        plan,
        new TextPlan(newTokens, newCalibration, newEvaluation, textField()),
        maxShardSize);
  }

  /** With texts in another field of files of one's own; empty for the default. */
  public Recipe withTextField(Optional<String> field) {
    return new Recipe(
        main, plan, new TextPlan(tokens(), calibration(), evaluation(), field), maxShardSize);
  }

  private Recipe withCalibration(CalibrationChoice choice) {
    return withData(tokens(), choice, evaluation());
  }

  public Recipe withMaxShardSize(Optional<String> size) {
    return new Recipe(main, plan, texts, size);
  }
}
