package dev.pbq.workflow.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.eval.run.Running;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.method.TrainingMethods;
import dev.pbq.train.run.ClassificationRun;
import dev.pbq.train.run.ClassificationTrained;
import dev.pbq.train.run.LabeledTraining;
import dev.pbq.train.run.TrainingData;
import dev.pbq.train.run.TrainingEstimate;
import dev.pbq.train.run.TrainingPlan;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.train.run.TrainingRun;
import dev.pbq.train.tune.TuneResult;
import dev.pbq.train.tune.TuneRun;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.RecipeFile;
import dev.pbq.workflow.recipe.TrainingRecipe;
import dev.pbq.workflow.source.BuiltIn;
import dev.pbq.workflow.source.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A training recipe applied to a model.
 *
 * @param resolved the model
 * @param recipe what to do
 * @param texts where texts are found
 * @param models finds the teacher by the name that the recipe has for it
 * @param running what may be used of the machine
 */
public record TrainingJob(
    ResolvedModel resolved,
    TrainingRecipe recipe,
    Texts texts,
    Function<String, ResolvedModel> models,
    Running running) {
  /** The recipe beside a tuned folder; its {@code pbq-recipe.toml} is that of the quantization. */
  public static final String TUNING_RECIPE = "pbq-tuning.toml";

  public TrainingJob {
    texts = texts.withTextField(recipe.textField());
  }

  /**
   * How long and how fast.
   *
   * @throws PbqException USAGE for a setting that there is not, or a bad value
   */
  public TrainingPlan plan() {
    return SettingsReader.read("train", TrainingPlan.class, recipe.training());
  }

  /**
   * The method; the caller closes it.
   *
   * @throws PbqException USAGE if there is none, for an unknown one or a bad setting
   */
  public TrainingMethod method() {
    String name =
        recipe
            .method()
            .orElseThrow(
                () ->
                    PbqException.setting(
                        "a method is missing: {method} M, or a recipe that names one"));
    return TrainingMethods.load().configure(name, recipe.settings());
  }

  /**
   * What the training would take.
   *
   * @param method lent
   * @throws PbqException as {@link #train}, as far as it can be known
   */
  public TrainingEstimate estimate(TrainingMethod method) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    TrainingData nothing = new TrainingData(Optional.empty(), 1, Optional.empty());
    return new TrainingRun(resolved, method, plan(), nothing, running, TrainingProgress.SILENT)
        .estimate(model);
  }

  /**
   * Trains.
   *
   * @param method lent
   * @throws PbqException as {@link TrainingRun#run}, and as finding texts and teacher throws
   */
  public TrainingResult train(
      TrainingMethod method, Path output, Existing existing, TrainingProgress progress) {
    TrainingPlan plan = plan();
    Optional<ModelFolder> teacher = Optional.ofNullable(plan.teacher()).map(this::folder);
    TrainingData data = data(plan, resolved, teacher);
    return new TrainingRun(resolved, method, plan, data, running, progress)
        .run(output(output, existing, resolved, RecipeFile.NAME));
  }

  /**
   * Trains a classifier on labelled texts.
   *
   * @param method lent
   * @throws PbqException as {@link ClassificationRun#run}; USAGE if the recipe names a text
   */
  public ClassificationTrained trainLabels(
      TrainingMethod method,
      LabeledTraining data,
      Path output,
      Existing existing,
      TrainingProgress progress) {
    if (recipe.dataset().isPresent()) {
      throw PbqException.setting("{dataset} and {task} exclude each other");
    }
    TrainingRecipe written =
        new TrainingRecipe(
            recipe.method(),
            absolute(recipe.settings(), "start"),
            recipe.training(),
            Optional.empty(),
            recipe.textField());
    return new ClassificationRun(resolved, method, plan(), data, running, progress)
        .run(output(output, existing, RecipeFile.NAME, taskNote(data) + written.text()));
  }

  /**
   * Tunes a packed folder.
   *
   * @param reference the dense model that it was made of
   * @throws PbqException as {@link TuneRun#run}, and as finding texts throws
   */
  public TuneResult tune(
      ResolvedModel reference, Path output, Existing existing, TrainingProgress progress) {
    TrainingPlan plan = plan();
    if (plan.teacher() != null) {
      throw PbqException.setting("{teacher}: tuning learns from {reference}");
    }
    TrainingData data = data(plan, reference, Optional.of(ModelFolder.open(reference.folder())));
    return new TuneRun(ModelFolder.open(resolved.folder()), plan, data, running, progress)
        .run(output(output, existing, reference, TUNING_RECIPE));
  }

  private ModelFolder folder(String name) {
    return ModelFolder.open(models.apply(name).folder());
  }

  private TrainingData data(
      TrainingPlan plan, ResolvedModel original, Optional<ModelFolder> teacher) {
    if (plan.selfGenerate() > 0) {
      if (recipe.dataset().isPresent()) {
        throw PbqException.setting("{dataset} and {selfGenerate} exclude each other");
      }
      return new TrainingData(Optional.empty(), plan.selfGenerate(), teacher);
    }
    return new TrainingData(Optional.of(texts.calibration(dataset(original))), 0, teacher);
  }

  private String dataset(ResolvedModel original) {
    return recipe.dataset().orElseGet(() -> BuiltIn.defaultText(original, "wikitext2"));
  }

  private RunOutput output(
      Path directory, Existing existing, ResolvedModel original, String recipeName) {
    return output(directory, existing, recipeName, written(original).text());
  }

  private static RunOutput output(
      Path directory, Existing existing, String recipeName, String written) {
    return new RunOutput(
        directory,
        existing.resume(),
        existing.force(),
        ShardSize.DEFAULT,
        Map.of(recipeName, written.getBytes(StandardCharsets.UTF_8)));
  }

  /** The recipe with paths that hold from everywhere. */
  private TrainingRecipe written(ResolvedModel original) {
    return new TrainingRecipe(
        recipe.method(),
        absolute(recipe.settings(), "start"),
        absolute(recipe.training(), "teacher"),
        recipe.dataset().or(() -> defaultDataset(original)).map(Texts::absolute),
        recipe.textField());
  }

  /** Labelled texts are no part of recipes: the line says what a repetition must add. */
  private static String taskNote(LabeledTraining data) {
    return "# A repetition needs the option task with %s too (and held-out-task, if it was given)\n"
        .formatted(data.training().name());
  }

  /** A folder that a setting names, by its absolute path; hub ids and aliases stay. */
  private static ObjectNode absolute(ObjectNode values, String key) {
    String name = values.path(key).asText("");
    return !name.isEmpty() && Files.isDirectory(Path.of(name))
        ? values.put(key, Path.of(name).toAbsolutePath().normalize().toString())
        : values;
  }

  private Optional<String> defaultDataset(ResolvedModel original) {
    return plan().selfGenerate() > 0 ? Optional.empty() : Optional.of(dataset(original));
  }
}
