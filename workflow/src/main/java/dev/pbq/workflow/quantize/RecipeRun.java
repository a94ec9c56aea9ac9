package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.run.PerplexityEvaluation;
import dev.pbq.eval.run.Running;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.engine.EngineChoice;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.recipe.EvaluationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import dev.pbq.workflow.source.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A recipe applied to a model: the one way from settings to a packed folder, for the command line
 * and for programs.
 *
 * <pre>{@code
 * ResolvedModel model = models.resolve("tiny");
 * try (RecipeRun run = RecipeRun.open(model, recipe, texts, threads)) {
 *   QuantizationReport report = run.quantize(output, Existing.REFUSE, ProgressListener.SILENT);
 * }
 * }</pre>
 *
 * <p>Owns the open model; not for use by several threads.
 */
public final class RecipeRun implements AutoCloseable {
  /** Models up to this size in float32 are evaluated in memory whole. */
  private static final long RESIDENT_BYTES = 4_000_000_000L;

  private final ResolvedModel resolved;
  private final Recipe recipe;
  private final Texts texts;
  private final int threads;
  private final MemoryLimit limit;
  private final Methods.Configured configured;
  private final LayerMethods layers;
  private final TableMethods tables;
  private final QuantizationJob job;

  private RecipeRun(
      ResolvedModel resolved,
      Recipe recipe,
      Texts texts,
      int threads,
      MemoryLimit limit,
      Methods.Configured configured,
      LayerMethods layers,
      TableMethods tables,
      QuantizationJob job) {
    this.resolved = resolved;
    this.recipe = recipe;
    this.texts = texts;
    this.threads = threads;
    this.limit = limit;
    this.configured = configured;
    this.layers = layers;
    this.tables = tables;
    this.job = job;
  }

  /** Opens a model for a run that may take what memory there is; as the other. */
  public static RecipeRun open(ResolvedModel resolved, Recipe recipe, Texts texts, int threads) {
    return open(resolved, recipe, texts, threads, MemoryLimit.NONE);
  }

  /**
   * Opens a model and plans; reads headers only. The caller closes what is returned.
   *
   * @param texts where data sets are found
   * @param threads for arithmetic, at least 1
   * @param limit of the memory that the run takes; the result does not depend on it
   * @throws PbqException USAGE for a recipe without a method, settings that its methods do not
   *     have, or a choice that does not fit the model; BAD_DATA for a model that cannot be
   *     quantized
   */
  public static RecipeRun open(
      ResolvedModel resolved, Recipe recipe, Texts texts, int threads, MemoryLimit limit) {
    String method = recipe.requireMethod();
    Methods registry = Methods.load();
    ObjectNode options = options(recipe);
    Methods.Configured configured = registry.configure(method, options);
    LayerMethods layers = new LayerMethods(registry, method, options, recipe.overrides());
    TableMethods tables = TableMethods.of(registry, recipe, configured.quantizer());
    recipe.maxShardSize().ifPresent(ShardSize::parse);
    recipe.calibration().requireSamples();
    QuantizationJob job =
        QuantizationJob.open(
            resolved,
            recipe.layers().selection(),
            layers,
            tables,
            new LayerOrder(recipe.trueSequential(), recipe.targets(), recipe.blockwise()));
    try {
      ActFormat.recorded(configured.settings()).ifPresent(f -> f.resolve(job.model()));
      recipe.calibration().tokens(job.model());
    } catch (RuntimeException | Error e) {
      job.close();
      throw e;
    }
    Texts fields = texts.withTextField(recipe.textField());
    return new RecipeRun(resolved, recipe, fields, threads, limit, configured, layers, tables, job);
  }

  /** The settings of a recipe's method, its activation format among them. */
  public static ObjectNode options(Recipe recipe) {
    ObjectNode options = recipe.settings();
    recipe.actFormat().ifPresent(format -> options.set(ActFormat.SETTING, format.toJson()));
    return options;
  }

  /** The open model with its plan; it is closed with this. */
  public QuantizationJob job() {
    return job;
  }

  /**
   * What the run will take.
   *
   * @throws PbqException RESOURCES with what would be needed if that is more than is allowed
   */
  public PlanEstimate estimate() {
    int windows = job.plan().needsCalibration() ? recipe.calibration().samples() : 0;
    int tokens = recipe.calibration().tokens(job.model());
    return limit.fastest(threads, memory -> job.estimate(windows, tokens, threads, memory));
  }

  /** Largest weight file. */
  public long shardBytes() {
    return recipe.maxShardSize().map(ShardSize::parse).orElse(ShardSize.DEFAULT);
  }

  /**
   * The recipe with everything in it that depends on the model or on where files are: text, number
   * and length of windows, absolute paths. Settings of the method that were not given stay out:
   * some methods derive them from others, layer by layer.
   */
  public Recipe complete() {
    CalibrationChoice calibration = recipe.calibration();
    if (job.plan().needsCalibration()) {
      calibration =
          new CalibrationChoice(
              Optional.of(Texts.absolute(CalibrationDraw.text(calibration, resolved))),
              calibration.samples(),
              OptionalInt.of(calibration.tokens(job.model())),
              calibration.seed());
    }
    EvaluationChoice evaluation = recipe.evaluation();
    if (evaluation.datasets().isEmpty()) {
      evaluation = EvaluationChoice.NONE;
    } else {
      evaluation =
          new EvaluationChoice(
              evaluation.datasets().stream().map(Texts::absolute).toList(),
              OptionalInt.of(
                  evaluation.tokens().orElseGet(() -> GptqProtocol.defaultSeqlen(job.model()))));
    }
    return recipe.withData(recipe.tokens(), calibration, evaluation);
  }

  /** Opens what the recipe evaluates on; refuses what is not there, before any work is done. */
  public List<EvaluationText> evaluationTexts() {
    if (!recipe.evaluation().datasets().isEmpty() && !(job.model() instanceof CausalModel)) {
      throw PbqException.setting(
          "{eval} measures perplexity, which %s models do not have: run 'pbq eval-classify' on the"
              + " result",
          job.model().architecture());
    }
    return recipe.evaluation().datasets().stream().map(texts::evaluation).toList();
  }

  /**
   * Quantizes. The output directory appears complete or not at all, with the {@linkplain
   * #complete() complete recipe} in it ({@link RecipeFile#NAME}); unfinished work is kept for
   * resuming. A recipe that {@linkplain Recipe#allocation() shares bits among layers} becomes one
   * with exceptions first; that is the recipe in the output.
   *
   * @param output the directory to make
   * @throws PbqException as {@link dev.pbq.core.pipeline.QuantizationRun} does
   */
  public QuantizationReport quantize(Path output, Existing existing, ProgressListener progress) {
    return quantize(output, existing, EngineChoice.LOCAL, progress);
  }

  /**
   * As the other, with blocks computed by an engine. What a recipe measures before it shares bits
   * among layers is measured on this machine.
   *
   * @throws PbqException as the other; USAGE naming what the engine does not carry
   */
  public QuantizationReport quantize(
      Path output, Existing existing, EngineChoice choice, ProgressListener progress) {
    PlanEstimate estimate = estimate();
    estimate.requireDisk(output);
    if (recipe.allocation().allocate()) {
      OutputDirectory.requireFree(output, existing.force() || existing.resume());
      SensitivityRun measuring = new SensitivityRun(resolved, recipe, texts, threads);
      Recipe fixed =
          new AllocatedRecipe(recipe, job, tables, estimate.outputBytes(), measuring)
              .of(output, progress);
      try (RecipeRun run = open(resolved, fixed, texts, threads, limit)) {
        return run.quantize(output, existing, choice, progress);
      }
    }
    Optional<Calibration> windows = windows();
    // Null for this machine, as try-with-resources takes it.
    try (RunEngine engine = choice.open(job.folder(), complete()).orElse(null)) {
      return job.run(
          settings(output, existing),
          windows,
          threads,
          estimate.memory(),
          Optional.ofNullable(engine),
          progress);
    }
  }

  /**
   * Quantizes the first block in which the recipe quantizes something, and makes no result of it.
   *
   * @param scratch an empty folder, whose contents are of no use afterwards
   * @return digests of the block's packed tensors, and of quantized tables', by name
   * @throws PbqException USAGE if the recipe shares bits among layers: that depends on measurements
   */
  public Map<String, String> digestsOfFirstBlock(Path scratch, ProgressListener progress) {
    if (recipe.allocation().allocate()) {
      throw PbqException.setting(
          "a recipe with {allocate} measures before it quantizes: %s beside the result has what"
              + " came of that",
          RecipeFile.NAME);
    }
    RunSettings settings = settings(scratch, Existing.REFUSE);
    return job.digestsOfFirstBlock(settings, windows(), scratch, threads, progress);
  }

  private Optional<Calibration> windows() {
    return job.plan().needsCalibration()
        ? Optional.of(
            new CalibrationDraw(resolved, job.model(), texts, recipe.tokens())
                .draw(recipe.calibration(), job::tellVocabulary))
        : Optional.empty();
  }

  private RunSettings settings(Path output, Existing existing) {
    return new RunSettings(
        resolved.displayName(),
        recipe.requireMethod(),
        storedSettings(),
        Version.current(),
        new RunOutput(
            output,
            existing.resume(),
            existing.force(),
            shardBytes(),
            Map.of(RecipeFile.NAME, recipeText().getBytes(StandardCharsets.UTF_8))));
  }

  /**
   * Measures perplexity as the recipe says, in the number formats that the result records.
   *
   * @param output what {@link #quantize} made
   * @param evaluated what {@link #evaluationTexts} gave
   * @param progress is told of every text
   * @throws PbqException as {@link PerplexityEvaluation#run}
   */
  public List<PerplexityResult> evaluate(
      Path output, List<EvaluationText> evaluated, EvaluationProgress progress) {
    ModelFolder folder = ModelFolder.open(output);
    Running running = Running.of(threads, RESIDENT_BYTES);
    return new PerplexityEvaluation(recipe.tokens(), running, progress)
        .run(
            output.toString(),
            folder,
            GptqProtocol.each(evaluated, recipe.evaluation().tokens(), OptionalInt.empty()),
            ActFormat.recorded(folder));
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
    recipe.layers().describe(settings);
    if (recipe.trueSequential()) {
      settings.put("trueSequential", true);
    }
    if (recipe.targets() != Targets.ORIGINAL) {
      settings.put("targets", recipe.targets().name().toLowerCase(Locale.ROOT));
    }
    recipe.blockwise().ifPresent(blockwise -> blockwise.describe(settings));
    tables.describe(job.plan().tables(), settings);
    List<String> overrides = layers.texts();
    if (!overrides.isEmpty()) {
      overrides.forEach(settings.putArray("overrides")::add);
    }
    return settings;
  }

  @Override
  public void close() {
    job.close();
  }
}
