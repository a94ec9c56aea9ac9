package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.Calibration;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.recipe.EvaluationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A recipe applied to a model: the one way from settings to a packed folder, whoever put the
 * settings together.
 *
 * <pre>{@code
 * ResolvedModel model = ModelArgument.resolve("tiny");
 * try (RecipeRun run = RecipeRun.open(model, recipe, data, threads)) {
 *   QuantizationReport report =
 *       run.quantize(output, new RecipeRun.Existing(false, false), new QuantizeProgress(status));
 *   List<PerplexityResult> results = run.evaluate(output, run.evaluationTexts(), status);
 * }
 * }</pre>
 *
 * <p>Owns the open model; not for use by several threads.
 */
final class RecipeRun implements AutoCloseable {
  private static final String DEFAULT_SHARD = "5GB";

  /** Models up to this size in float32 are evaluated in memory whole. */
  private static final String RESIDENT = "4GB";

  /**
   * What to do with what is there.
   *
   * @param resume go on with unfinished work
   * @param force replace the output directory, discard unfinished work
   */
  record Existing(boolean resume, boolean force) {}

  private final ResolvedModel resolved;
  private final Recipe recipe;
  private final DataOptions data;
  private final int threads;
  private final Methods.Configured configured;
  private final Overrides overrides;
  private final QuantizeJob job;

  private RecipeRun(
      ResolvedModel resolved,
      Recipe recipe,
      DataOptions data,
      int threads,
      Methods.Configured configured,
      Overrides overrides,
      QuantizeJob job) {
    this.resolved = resolved;
    this.recipe = recipe;
    this.data = data;
    this.threads = threads;
    this.configured = configured;
    this.overrides = overrides;
    this.job = job;
  }

  /**
   * Opens a model and plans; reads headers only. The caller closes what is returned.
   *
   * @param data where data sets are found
   * @throws PbqException USAGE for a recipe without a method, settings that its methods do not
   *     have, or a choice that does not fit the model; BAD_DATA for a model that cannot be
   *     quantized
   */
  static RecipeRun open(ResolvedModel resolved, Recipe recipe, DataOptions data, int threads) {
    String method = recipe.requireMethod();
    Methods registry = Methods.load();
    ObjectNode options = options(recipe);
    Methods.Configured configured = registry.configure(method, options);
    Overrides overrides = new Overrides(registry, method, options, recipe.overrides());
    ShardSize.parse(recipe.maxShardSize().orElse(DEFAULT_SHARD));
    CalibrationOptions.samples(recipe.calibration());
    QuantizeJob job =
        QuantizeJob.open(
            resolved,
            SelectionOptions.selection(recipe.layers()),
            overrides,
            recipe.trueSequential());
    try {
      ActFormat.recorded(configured.settings()).ifPresent(f -> f.resolve(job.model()));
      CalibrationOptions.tokens(recipe.calibration(), job.model());
    } catch (PbqException e) {
      job.close();
      throw e;
    }
    return new RecipeRun(resolved, recipe, data, threads, configured, overrides, job);
  }

  /** The settings of a recipe's method, its activation format among them. */
  static ObjectNode options(Recipe recipe) {
    ObjectNode options = recipe.settings();
    recipe.actFormat().ifPresent(format -> options.set(ActFormat.SETTING, format.toJson()));
    return options;
  }

  /** The open model with its plan, lent. */
  QuantizeJob job() {
    return job;
  }

  /** What the run will take. */
  PlanEstimate estimate() {
    return job.estimate(
        job.plan().needsCalibration() ? recipe.calibration().samples() : 0,
        CalibrationOptions.tokens(recipe.calibration(), job.model()));
  }

  /** Largest weight file. */
  long shardBytes() {
    return ShardSize.parse(recipe.maxShardSize().orElse(DEFAULT_SHARD));
  }

  /**
   * The recipe with everything in it that depends on the model or on where files are: text, number
   * and length of windows, absolute paths. Settings of the method that were not given stay out:
   * some methods derive them from others, layer by layer.
   */
  Recipe complete() {
    CalibrationChoice calibration = recipe.calibration();
    if (job.plan().needsCalibration()) {
      calibration =
          new CalibrationChoice(
              Optional.of(absolute(CalibrationOptions.text(calibration, resolved))),
              calibration.samples(),
              OptionalInt.of(CalibrationOptions.tokens(calibration, job.model())),
              calibration.seed());
    }
    EvaluationChoice evaluation = recipe.evaluation();
    if (evaluation.datasets().isEmpty()) {
      evaluation = EvaluationChoice.NONE;
    } else {
      evaluation =
          new EvaluationChoice(
              evaluation.datasets().stream().map(RecipeRun::absolute).toList(),
              OptionalInt.of(
                  evaluation.tokens().orElseGet(() -> Evaluation.defaultSeqlen(job.model()))));
    }
    return recipe.withData(recipe.tokens(), calibration, evaluation);
  }

  /** Names of data sets stay; files are found from everywhere. */
  private static String absolute(String textOrFile) {
    Path file = Path.of(textOrFile);
    return textOrFile.contains(".") && Files.isRegularFile(file)
        ? file.toAbsolutePath().normalize().toString()
        : textOrFile;
  }

  /** Opens what the recipe evaluates on; refuses what is not there, before any work is done. */
  List<EvaluationText> evaluationTexts() {
    if (!recipe.evaluation().datasets().isEmpty() && !(job.model() instanceof CausalModel)) {
      throw PbqException.usage(
          "--eval measures perplexity, which "
              + job.model().architecture()
              + " models do not have: run 'pbq eval-classify' on the result");
    }
    return recipe.evaluation().datasets().stream().map(data::evaluation).toList();
  }

  /**
   * Quantizes. The output directory appears complete or not at all, with the {@linkplain
   * #complete() complete recipe} in it ({@link RecipeFile#NAME}); unfinished work is kept for
   * resuming.
   *
   * @param output the directory to make
   * @throws PbqException as {@link dev.pbq.core.pipeline.QuantizationRun} does
   */
  QuantizationReport quantize(Path output, Existing existing, ProgressListener progress) {
    DryRun.requireDisk(output, estimate());
    Optional<Calibration> windows =
        job.plan().needsCalibration()
            ? Optional.of(
                CalibrationOptions.draw(
                    recipe.calibration(), resolved, job.model(), data, tokenizers()))
            : Optional.empty();
    RunSettings settings =
        new RunSettings(
            resolved.displayName(),
            recipe.requireMethod(),
            storedSettings(),
            output,
            existing.resume(),
            existing.force(),
            shardBytes(),
            Version.current(),
            Map.of(RecipeFile.NAME, recipeText().getBytes(StandardCharsets.UTF_8)));
    return job.run(settings, windows, threads, progress);
  }

  /**
   * Measures perplexity as the recipe says, in the number formats that the result records.
   *
   * @param output what {@link #quantize} made
   */
  List<PerplexityResult> evaluate(Path output, List<EvaluationText> texts, StatusLine status) {
    ModelFolder folder = ModelFolder.open(output);
    return new Evaluation(threads, ShardSize.parse(RESIDENT), tokenizers(), status)
        .run(
            output.toString(),
            folder,
            texts,
            recipe.evaluation().tokens(),
            OptionalInt.empty(),
            ActFormat.recorded(folder));
  }

  private TokenizerOptions tokenizers() {
    return TokenizerOptions.of(recipe.tokens());
  }

  private String recipeText() {
    return "# pbq "
        + Version.current()
        + ": pbq quantize MODEL --recipe "
        + RecipeFile.NAME
        + " repeats this result; settings not given here have the method's defaults\n"
        + RecipeFile.text(complete());
  }

  /** The stored form of the settings: the method's, complete, and what else shapes the result. */
  private ObjectNode storedSettings() {
    ObjectNode settings = configured.settings().deepCopy();
    SelectionOptions.describe(recipe.layers(), settings);
    if (recipe.trueSequential()) {
      settings.put("trueSequential", true);
    }
    List<String> texts = overrides.texts();
    if (!texts.isEmpty()) {
      texts.forEach(settings.putArray("overrides")::add);
    }
    return settings;
  }

  @Override
  public void close() {
    job.close();
  }
}
