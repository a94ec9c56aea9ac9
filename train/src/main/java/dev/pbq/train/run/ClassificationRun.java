package dev.pbq.train.run;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.classify.AccuracyProtocol;
import dev.pbq.eval.classify.ClassificationProgress;
import dev.pbq.eval.classify.ClassificationResult;
import dev.pbq.eval.classify.Example;
import dev.pbq.eval.classify.LabeledExamples;
import dev.pbq.eval.run.OpenClassifier;
import dev.pbq.eval.run.Running;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.ClassifierStudent;
import dev.pbq.train.student.CurrentWeights;
import dev.pbq.train.student.TrainableFamilies;
import dev.pbq.train.student.TrainedWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A training of a classifier on labelled texts, from a dense model to a packed folder. Like {@link
 * TrainingRun}: the output appears complete or not at all, a killed run goes on with {@code
 * resume}, and equal settings give equal bytes.
 */
public final class ClassificationRun {
  private final ResolvedModel resolved;
  private final TrainingMethod method;
  private final TrainingPlan plan;
  private final LabeledTraining data;
  private final Running running;
  private final TrainingProgress progress;

  /**
   * Describes a run; nothing is read or written yet.
   *
   * @param resolved a dense classifier
   * @param plan whose windows are texts: {@code seqlen} is the longest one, special tokens included
   */
  public ClassificationRun(
      ResolvedModel resolved,
      TrainingMethod method,
      TrainingPlan plan,
      LabeledTraining data,
      Running running,
      TrainingProgress progress) {
    this.resolved = resolved;
    this.method = method;
    this.plan = plan;
    this.data = data;
    this.running = running;
    this.progress = progress;
  }

  /**
   * Trains, packs, and classifies the held-out texts by what was packed.
   *
   * @throws PbqException USAGE for an output that is in the way, texts longer than the model's
   *     positions, or an unfinished run with other settings; BAD_DATA for a model that is not dense
   *     or a label that it does not have; NUMERICAL naming step and layer if a loss is not finite;
   *     RESOURCES if disk or memory are full
   */
  public ClassificationTrained run(RunOutput output) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    TrainableFamilies.requireClassifier(folder.config(), folder.path().toString());
    if (method.objective().needsTeacher() || plan.teacher() != null || plan.selfGenerate() > 0) {
      throw PbqException.usage("classifiers are trained by cross entropy alone, without a teacher");
    }
    try (OpenClassifier open = OpenClassifier.open(folder, Optional.empty(), running)) {
      if (!(open.weights() instanceof Checkpoint original)) {
        throw PbqException.badData(
            folder.path() + " is quantized already; a dense model is needed");
      }
      Checkpoints.requireDense(folder, original);
      TrainingMethod fitted = method.fitted(open.model());
      WindowSizes sizes = plan.windows(method.defaults(), open.model().maxPositions());
      sizes.requirePositions(open.model());
      List<Example> examples = examples(open, sizes.tokens());
      TrainingSettings settings =
          plan.settings(
              method.defaults(),
              sizes,
              examples.size(),
              () -> StartingWeights.rms(original, open.model()));
      progress.begins(settings);
      OutputDirectory.Mode mode =
          output.resume() ? OutputDirectory.Mode.RESUME : OutputDirectory.Mode.KEEP_UNFINISHED;
      try (OutputDirectory directory =
          OutputDirectory.open(output.directory(), output.force(), mode, List.of(folder.path()))) {
        TrainingState.requireOwn(directory);
        Job job =
            new Job(fitted, settings, folder, original, open, examples, directory.work(), output);
        ClassificationTrained result;
        try {
          result = open.run(plan.device(), job::train);
        } catch (RuntimeException | Error e) {
          if (!TrainingState.isIn(directory.work())) {
            directory.discard(); // There is no state to go on from.
          }
          throw e;
        }
        directory.commit(TrainingState.FILE);
        return result;
      }
    }
  }

  /** Looks up all labels, those of the held-out texts too, before anything is computed. */
  private List<Example> examples(OpenClassifier open, int longest) {
    String name = resolved.displayName();
    LabeledExamples.of(data.heldOut(), name, open.model(), open.tokenizer(), longest);
    return LabeledExamples.of(data.training(), name, open.model(), open.tokenizer(), longest)
        .examples();
  }

  /** The work inside of an output folder; everything is lent. */
  private final class Job {
    // Hides the one that is not fitted to the model.
    private final TrainingMethod method;
    private final TrainingSettings settings;
    private final ModelFolder folder;
    private final Checkpoint original;
    private final OpenClassifier open;
    private final List<Example> examples;
    private final Path work;
    private final RunOutput output;
    private final long started = System.nanoTime();

    Job(
        TrainingMethod method,
        TrainingSettings settings,
        ModelFolder folder,
        Checkpoint original,
        OpenClassifier open,
        List<Example> examples,
        Path work,
        RunOutput output) {
      this.method = method;
      this.settings = settings;
      this.folder = folder;
      this.original = original;
      this.open = open;
      this.examples = examples;
      this.work = work;
      this.output = output;
    }

    ClassificationTrained train(NDManager manager) {
      TrainedWeights trained = new StartingWeights(original, open.model()).of(method, plan.seed());
      ObjectNode all = allSettings();
      TrainingState state = new TrainingState(work, fingerprint(all).toString());
      TrainingLoop.Result learned = learn(manager, trained, state);
      RunSettings run =
          new RunSettings(resolved.displayName(), method.name(), all, Version.current(), output);
      double seconds = (System.nanoTime() - started) / 1e9;
      QuantizationReport report =
          new TrainedFolder(folder, original, open.model(), method)
              .write(work, run, trained, seconds);
      LossCurve.write(work, learned.curve());
      ClassificationResult stored;
      try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(work))) {
        stored = measured(manager, packed);
      }
      if (stored.loss() != learned.heldOut()) {
        throw new IllegalStateException(
            "what is stored has the loss "
                + stored.loss()
                + ", what was trained "
                + learned.heldOut());
      }
      return new ClassificationTrained(settings, learned.curve(), learned.step(), stored, report);
    }

    private TrainingLoop.Result learn(
        NDManager manager, TrainedWeights trained, TrainingState state) {
      List<Parameter> parameters = trained.parameters();
      state.load(parameters);
      WeightSource current = new CurrentWeights(original, trained);
      UnaryOperator<CurvePoint> measure =
          point -> {
            ClassificationResult now = measured(manager, current);
            return point.withHeldOut(now.loss(), now.accuracy());
          };
      try (ClassifierStudent student =
          new ClassifierStudent(manager, open.model(), original, trained, method.operands())) {
        return new ClassificationLoop(
                student, examples, method.optimizer(), settings, parameters, measure)
            .run(state, progress);
      }
    }

    private ClassificationResult measured(NDManager manager, WeightSource weights) {
      return new AccuracyProtocol(
              open.model(), weights, open.tokenizer(), method.operands(), Optional.empty())
          .measure(
              resolved.displayName(),
              data.heldOut(),
              settings.tokens(),
              manager,
              ClassificationProgress.SILENT);
    }

    private ObjectNode allSettings() {
      ObjectNode all = settings.describe(method.settings());
      all.put("heldOut", data.heldOut().texts().size());
      all.put("task", data.training().name());
      return all;
    }

    private ObjectNode fingerprint(ObjectNode settings) {
      ObjectNode parts = settings.deepCopy();
      parts.put("method", method.name());
      parts.put("textSha256", data.training().sha256());
      parts.put("heldOutSha256", data.heldOut().sha256());
      parts.put("weights", WeightsFingerprint.of(original));
      parts.put("version", Version.current());
      return parts;
    }
  }
}
