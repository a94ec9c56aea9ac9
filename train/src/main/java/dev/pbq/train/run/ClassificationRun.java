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
import java.io.IOException;
import java.nio.file.Files;
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
  private final TrainingSettings settings;
  private final LabeledTraining data;
  private final Running running;
  private final TrainingProgress progress;

  /**
   * Describes a run; nothing is read or written yet.
   *
   * @param resolved a dense classifier
   * @param settings whose {@code tokens} are the longest text, special tokens included
   */
  public ClassificationRun(
      ResolvedModel resolved,
      TrainingMethod method,
      TrainingSettings settings,
      LabeledTraining data,
      Running running,
      TrainingProgress progress) {
    this.resolved = resolved;
    this.method = method;
    this.settings = settings;
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
    if (method.objective().needsTeacher() || method.objective().crossEntropy() == 0) {
      throw PbqException.usage("classifiers are trained by cross entropy alone, without a teacher");
    }
    try (OpenClassifier open = OpenClassifier.open(folder, Optional.empty(), running)) {
      if (!(open.weights() instanceof Checkpoint original)) {
        throw PbqException.badData(
            folder.path() + " is quantized already; a dense model is needed");
      }
      Checkpoints.requireDense(folder, original);
      settings.requirePositions(open.model());
      List<Example> examples = examples(open);
      OutputDirectory.Mode mode =
          output.resume() ? OutputDirectory.Mode.RESUME : OutputDirectory.Mode.KEEP_UNFINISHED;
      try (OutputDirectory directory =
          OutputDirectory.open(output.directory(), output.force(), mode, List.of(folder.path()))) {
        ClassificationTrained result =
            open.run(m -> train(m, folder, original, open, examples, directory, output));
        directory.commit();
        return result;
      }
    }
  }

  /** Looks up all labels, those of the held-out texts too, before anything is computed. */
  private List<Example> examples(OpenClassifier open) {
    String name = resolved.displayName();
    int longest = settings.tokens();
    LabeledExamples.of(data.heldOut(), name, open.model(), open.tokenizer(), longest);
    return LabeledExamples.of(data.training(), name, open.model(), open.tokenizer(), longest)
        .examples();
  }

  private ClassificationTrained train(
      NDManager manager,
      ModelFolder folder,
      Checkpoint original,
      OpenClassifier open,
      List<Example> examples,
      OutputDirectory directory,
      RunOutput output) {
    long started = System.nanoTime();
    TrainedWeights trained = StartingWeights.of(method, original, open.model());
    List<Parameter> parameters = trained.parameters();
    TrainingState state =
        new TrainingState(
            directory.work().resolve(TrainingState.FILE), fingerprint(original).toString());
    List<CurvePoint> done = state.load(parameters);
    WeightSource current = new CurrentWeights(original, trained);
    UnaryOperator<CurvePoint> measure =
        point -> {
          ClassificationResult now = measured(manager, open, current);
          return point.withHeldOut(now.loss(), now.accuracy());
        };
    List<CurvePoint> curve;
    try (ClassifierStudent student =
        new ClassifierStudent(manager, open.model(), original, trained, method.operands())) {
      curve =
          new ClassificationLoop(
                  student, examples, method.optimizer(), settings, parameters, measure)
              .run(done, state, progress);
    }
    RunSettings run =
        new RunSettings(
            resolved.displayName(), method.name(), allSettings(), Version.current(), output);
    QuantizationReport report =
        new TrainedFolder(folder, original, open.model(), method)
            .write(directory.work(), run, trained, (System.nanoTime() - started) / 1e9);
    LossCurve.write(directory.work(), curve);
    ClassificationResult stored;
    try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(directory.work()))) {
      stored = measured(manager, open, packed);
    }
    double last = curve.get(curve.size() - 1).heldOut();
    if (stored.loss() != last) {
      throw new IllegalStateException(
          "what is stored has the loss " + stored.loss() + ", what was trained " + last);
    }
    try {
      Files.delete(directory.work().resolve(TrainingState.FILE));
    } catch (IOException e) {
      throw PbqException.resources("cannot complete " + output.directory(), e);
    }
    return new ClassificationTrained(curve, stored, report);
  }

  private ClassificationResult measured(
      NDManager manager, OpenClassifier open, WeightSource weights) {
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
    ObjectNode all = method.settings();
    settings.describe(all);
    all.put("heldOut", data.heldOut().texts().size());
    all.put("task", data.training().name());
    return all;
  }

  private ObjectNode fingerprint(Checkpoint original) {
    ObjectNode parts = allSettings();
    parts.put("method", method.name());
    parts.put("textSha256", data.training().sha256());
    parts.put("heldOutSha256", data.heldOut().sha256());
    parts.put("weights", WeightsFingerprint.of(original));
    parts.put("version", Version.current());
    return parts;
  }
}
