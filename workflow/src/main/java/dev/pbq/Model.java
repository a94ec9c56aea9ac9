package dev.pbq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.run.DistanceEvaluation;
import dev.pbq.eval.run.PerplexityEvaluation;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.run.TaskEvaluation;
import dev.pbq.eval.run.TextModel;
import dev.pbq.eval.tasks.TaskResult;
import dev.pbq.eval.tasks.TaskSelection;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporters;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.train.tune.TuneResult;
import dev.pbq.workflow.export.ModelExport;
import dev.pbq.workflow.inspect.Inspection;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.TrainingRecipe;
import dev.pbq.workflow.source.Texts;
import dev.pbq.workflow.train.TrainingJob;
import dev.pbq.workflow.verify.FolderCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A model folder, dense or packed: what {@link Pbq#model} finds and {@link #quantize} makes.
 * Nothing of it is in memory between two calls; each call opens what it needs and closes it.
 * Immutable.
 *
 * <p>A model whose method records number formats of activations is measured and run in them. Texts
 * are named as on the command line: a data set ({@code wikitext2}, {@code ptb}, {@code c4}, {@code
 * tiny}), or a {@code .txt}, {@code .jsonl}, {@code .jsonl.gz} or {@code .parquet} file. All
 * methods throw {@link PbqException}, with kind CANCELLED if the listener says so.
 */
public final class Model {
  private final ResolvedModel resolved;
  private final Texts texts;
  private final Function<String, ResolvedModel> models;
  private final Running running;
  private final Cancellation cancellation;

  private Model(
      ResolvedModel resolved,
      Texts texts,
      Function<String, ResolvedModel> models,
      Running running,
      Cancellation cancellation) {
    this.resolved = resolved;
    this.texts = texts;
    this.models = models;
    this.running = running;
    this.cancellation = cancellation;
  }

  static Model open(
      ResolvedModel resolved,
      Texts texts,
      Function<String, ResolvedModel> models,
      Running running,
      Cancellation cancellation) {
    ModelFolder.open(resolved.folder());
    return new Model(resolved, texts, models, running, cancellation);
  }

  /** The folder with its files. */
  public Path path() {
    return resolved.folder();
  }

  /** A short name for tables, such as {@code facebook/opt-125m}. */
  public String name() {
    return resolved.displayName();
  }

  private ModelFolder folder() {
    return ModelFolder.open(resolved.folder());
  }

  /**
   * What a quantization would take, from the headers of the weights alone.
   *
   * @throws PbqException as {@link #quantize}, as far as it can be known beforehand
   */
  public PlanEstimate estimate(Recipe recipe) {
    try (RecipeRun run = RecipeRun.open(resolved, recipe, texts, running.threads())) {
      return run.estimate();
    }
  }

  /**
   * Quantizes into a folder that is not there yet.
   *
   * @param output appears complete or not at all; a run that is cancelled or fails leaves its
   *     finished blocks beside it, to be resumed
   * @return the model made
   * @throws PbqException as the other
   */
  public Model quantize(Recipe recipe, Path output) {
    return quantize(recipe, output, Existing.REFUSE);
  }

  /**
   * Quantizes. Everything is checked before any work is done: the settings, that the model is dense
   * and has all of its tensors, the disk, that the calibration text is long enough.
   *
   * @param output appears complete or not at all; {@code pbq-report.json} and {@code
   *     pbq-recipe.toml} are in it
   * @param existing what to do if it, or unfinished work for it, exists already
   * @return the model made
   * @throws PbqException USAGE for a recipe that makes no sense for this model, or an output that
   *     is in the way; NOT_FOUND for missing tensors or texts; BAD_DATA for a model that is
   *     quantized already, damaged files, or a text that is too short; NUMERICAL for weights or
   *     activations that are not finite; RESOURCES for too little disk
   */
  public Model quantize(Recipe recipe, Path output, Existing existing) {
    try (RecipeRun run = RecipeRun.open(resolved, recipe, texts, running.threads())) {
      run.quantize(output, existing, cancellation.quantization());
    }
    ResolvedModel made =
        new ResolvedModel(output.toString(), output.toString(), output, "local folder");
    return open(made, texts, models, running, cancellation);
  }

  /**
   * Trains a quantized model of this dense one.
   *
   * @return curve, held-out perplexity and sizes; {@link Pbq#model} opens the model made
   * @throws PbqException as {@link dev.pbq.train.run.TrainingRun#run}
   */
  public TrainingResult train(TrainingRecipe recipe, Path output, Existing existing) {
    TrainingJob job = job(recipe);
    try (TrainingMethod method = job.method()) {
      return job.train(method, output, existing, cancellation.training());
    }
  }

  /**
   * Tunes this packed model: scales, means and norms learn from the original; codes stay, and the
   * size too, but for row scales that entropy-coded layers gain.
   *
   * @param recipe text, and how long; it has no method
   * @throws PbqException as {@link dev.pbq.train.tune.TuneRun#run}
   */
  public TuneResult tune(Model reference, TrainingRecipe recipe, Path output, Existing existing) {
    return job(recipe).tune(reference.resolved, output, existing, cancellation.training());
  }

  private TrainingJob job(TrainingRecipe recipe) {
    return new TrainingJob(resolved, recipe, texts, models, running);
  }

  /** How this model was quantized, layer by layer; empty if pbq did not do it. */
  public Optional<QuantizationReport> report() {
    boolean there = Files.exists(path().resolve(QuantizationReport.FILE));
    return there ? Optional.of(QuantizationReport.read(path())) : Optional.empty();
  }

  /** Compares a folder that pbq packed with the checksums written with it. */
  public FolderCheck verify() {
    return Parallel.withThreads(running.threads(), () -> FolderCheck.of(resolved.folder()));
  }

  /** What is in the folder: architecture, size, and of a packed model its stored bits by part. */
  public Inspection inspect() {
    return Parallel.withThreads(running.threads(), () -> Inspection.of(folder()));
  }

  // Measuring.

  /**
   * Perplexity as the GPTQ papers measure it, in windows of 2048 tokens or as long as the model
   * takes.
   *
   * @param text data set or file
   * @throws PbqException as {@link #perplexities}
   */
  public PerplexityResult perplexity(String text) {
    return perplexity(text, OptionalInt.empty(), OptionalInt.empty());
  }

  /**
   * Perplexity as the GPTQ papers measure it.
   *
   * @param text data set or file
   * @param tokens of each window
   * @throws PbqException as {@link #perplexities}
   */
  public PerplexityResult perplexity(String text, int tokens) {
    return perplexity(text, OptionalInt.of(tokens), OptionalInt.empty());
  }

  /**
   * Perplexity as the GPTQ papers measure it.
   *
   * @param text data set or file
   * @param tokens of each window; empty for 2048, or as many as the model takes
   * @param limit the first so many windows; empty for all
   * @throws PbqException as {@link #perplexities}
   */
  public PerplexityResult perplexity(String text, OptionalInt tokens, OptionalInt limit) {
    EvaluationText measured = texts.evaluation(text);
    return perplexities(List.of(new GptqProtocol(measured, tokens, limit))).get(0);
  }

  /**
   * Makes measurements by any protocol, with the model opened once.
   *
   * @param measurements texts with their protocols, from package {@code dev.pbq.eval.protocol}
   * @return a result for each, in their order
   * @throws PbqException NOT_FOUND or BAD_DATA for the text or the model; USAGE for windows that do
   *     not fit the model; NUMERICAL if a likelihood is not finite
   */
  public List<PerplexityResult> perplexities(List<? extends PerplexityMeasurement> measurements) {
    return new PerplexityEvaluation(TokenChoice.DEFAULT, running, cancellation.evaluation())
        .run(name(), folder(), measurements, ActFormat.recorded(folder()));
  }

  /** As the other, with windows of the usual length, all of them. */
  public DistanceResult distanceFrom(Model original, String text) {
    return distanceFrom(original, text, OptionalInt.empty(), OptionalInt.empty());
  }

  /**
   * Distance from another model, usually the one that this one was made of: KL divergence, how
   * often the most likely token is the same, ratio of the perplexities.
   *
   * @param text data set or file
   * @param tokens of each window; empty for 2048, or as many as both models take
   * @param limit the first so many windows; empty for all
   * @throws PbqException BAD_DATA if the tokenizers or vocabularies differ; RESOURCES if there is
   *     no room for the original's log-probabilities; otherwise as {@link #perplexities}
   */
  public DistanceResult distanceFrom(
      Model original, String text, OptionalInt tokens, OptionalInt limit) {
    return new DistanceEvaluation(TokenChoice.DEFAULT, running, cancellation.evaluation())
        .run(named(), original.named(), texts.evaluation(text), tokens, limit, Optional.empty());
  }

  private DistanceEvaluation.Named named() {
    return new DistanceEvaluation.Named(name(), folder(), ActFormat.recorded(folder()));
  }

  /**
   * Zero-shot accuracy, with the prompts and metrics of lm-evaluation-harness.
   *
   * @param tasks their names, such as {@code piqa}, presets, or {@code TASK=FILE}
   * @param limit the first so many rows of each; empty for all
   * @return a result for each task
   * @throws PbqException USAGE for an unknown task; otherwise as {@link #perplexities}
   */
  public List<TaskResult> tasks(List<String> tasks, OptionalInt limit) {
    TaskSelection selection =
        new TaskSelection(tasks, texts.directory(), texts.locator(), Optional.empty());
    List<TaskResult> results = new ArrayList<>();
    new TaskEvaluation(
            TaskSettings.zeroShot(limit), TokenChoice.DEFAULT, running, cancellation.evaluation())
        .run(
            name(),
            folder(),
            selection.load(false),
            selection.preset(),
            ActFormat.recorded(folder()),
            results::add);
    return List.copyOf(results);
  }

  // Using.

  /**
   * Writes the model in the format of other tools; compared and, if small, run before it counts.
   *
   * @param format one of {@code docs/export.md}, such as {@code hf}, {@code gptq} or {@code gguf}
   * @param target the folder, or for gguf the file, to write
   * @throws PbqException as the other
   */
  public ExportReport export(String format, Path target) {
    return export(format, target, false, Map.of());
  }

  /**
   * As the other, with options.
   *
   * @param lossy store the nearest values where the format cannot hold a layer's exactly
   * @param options of the format, by their names in {@code docs/export.md}, without dashes
   * @throws PbqException USAGE for an unknown format or option, a target that exists already, or a
   *     layer that the format cannot hold; BAD_DATA or RESOURCES for files
   */
  public ExportReport export(
      String format, Path target, boolean lossy, Map<String, String> options) {
    ExportRequest asked = new ExportRequest(folder(), target, false, lossy, options);
    return ModelExport.of(running).run(Exporters.of(format), asked, cancellation.export());
  }

  /**
   * Opens the model to generate text; loads it. The caller closes what is returned, which owns
   * native memory.
   *
   * @throws PbqException NOT_FOUND or BAD_DATA for a model that cannot be run
   */
  public TextModel open() {
    return TextModel.open(
        folder(), ActFormat.recorded(folder()), TokenChoice.DEFAULT, running, Integer.MAX_VALUE);
  }

  /**
   * Continues a text with the most likely tokens; the model is loaded and closed again.
   *
   * @return what was added
   * @throws PbqException as {@link #open}; USAGE if the prompt is empty or too long
   */
  public String generate(String prompt, int maxNewTokens) {
    StringBuilder added = new StringBuilder();
    try (TextModel opened = open()) {
      opened.generate(
          opened.tokenizer().encode(prompt),
          maxNewTokens,
          new TokenSampler(0, 1, 0),
          text -> {
            cancellation.check();
            added.append(text);
          });
    }
    return added.toString();
  }
}
