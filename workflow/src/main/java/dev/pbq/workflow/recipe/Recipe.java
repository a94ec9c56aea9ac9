package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.formats.config.QuantConfig;
import java.util.List;
import java.util.Optional;

/**
 * Everything that repeats a quantization, apart from the model, the number of threads and where
 * data sets are found. Immutable.
 *
 * @param method empty where the command line gives it
 * @param settings of the method, by camel-case name; what is missing takes the method's default
 * @param actFormat number formats that the model's products are computed in, for methods that have
 *     them
 * @param layers which are quantized
 * @param overrides for some layers, in order
 * @param trueSequential whether the layers of a block are calibrated one input after the other
 * @param tokens how texts become tokens
 * @param calibration data of methods that need it
 * @param evaluation of the result
 * @param maxShardSize largest weight file, such as {@code 5GB}; empty for the default
 */
public record Recipe(
    Optional<String> method,
    ObjectNode settings,
    Optional<QuantConfig> actFormat,
    LayerChoice layers,
    List<LayerOverride> overrides,
    boolean trueSequential,
    TokenChoice tokens,
    CalibrationChoice calibration,
    EvaluationChoice evaluation,
    Optional<String> maxShardSize) {
  /** Says nothing: what a command line without a recipe starts from. */
  public static final Recipe EMPTY =
      new Recipe(
          Optional.empty(),
          JsonNodeFactory.instance.objectNode(),
          Optional.empty(),
          LayerChoice.ALL,
          List.of(),
          false,
          TokenChoice.DEFAULT,
          CalibrationChoice.DEFAULT,
          EvaluationChoice.NONE,
          Optional.empty());

  public Recipe {
    settings = settings.deepCopy();
    overrides = List.copyOf(overrides);
  }

  /** A method with its defaults on all layers. */
  public static Recipe of(String method) {
    return EMPTY.withMethod(method, JsonNodeFactory.instance.objectNode());
  }

  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }

  /**
   * The method.
   *
   * @throws PbqException USAGE if there is none
   */
  public String requireMethod() {
    return method.orElseThrow(
        () -> PbqException.setting("a method is missing: {method} M, or a recipe that names one"));
  }

  public Recipe withMethod(String newMethod, ObjectNode newSettings) {
    return new Recipe(
        Optional.of(newMethod),
        newSettings,
        actFormat,
        layers,
        overrides,
        trueSequential,
        tokens,
        calibration,
        evaluation,
        maxShardSize);
  }

  public Recipe withActFormat(Optional<QuantConfig> newFormat) {
    return new Recipe(
        method,
        settings,
        newFormat,
        layers,
        overrides,
        trueSequential,
        tokens,
        calibration,
        evaluation,
        maxShardSize);
  }

  public Recipe withLayers(LayerChoice newLayers, List<LayerOverride> newOverrides) {
    return new Recipe(
        method,
        settings,
        actFormat,
        newLayers,
        newOverrides,
        trueSequential,
        tokens,
        calibration,
        evaluation,
        maxShardSize);
  }

  public Recipe withTrueSequential(boolean isSequential) {
    return new Recipe(
        method,
        settings,
        actFormat,
        layers,
        overrides,
        isSequential,
        tokens,
        calibration,
        evaluation,
        maxShardSize);
  }

  public Recipe withData(
      TokenChoice newTokens, CalibrationChoice newCalibration, EvaluationChoice newEvaluation) {
    return new Recipe(
        method,
        settings,
        actFormat,
        layers,
        overrides,
        trueSequential,
        newTokens,
        newCalibration,
        newEvaluation,
        maxShardSize);
  }

  public Recipe withMaxShardSize(Optional<String> size) {
    return new Recipe(
        method,
        settings,
        actFormat,
        layers,
        overrides,
        trueSequential,
        tokens,
        calibration,
        evaluation,
        size);
  }
}
