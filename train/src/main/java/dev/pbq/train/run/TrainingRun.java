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
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TokenWindows;
import dev.pbq.train.student.TrainableFamilies;
import dev.pbq.train.student.TrainedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training from a dense model to a packed folder:
 *
 * <pre>{@code
 * TrainingMethod method = new PbQat(0.1, ScaleDtype.F16, Optional.empty(), "");
 * TrainingRun run = new TrainingRun(resolved, method, settings, text, running, progress);
 * TrainingResult result = run.run(new RunOutput(Path.of("out"), false, false, bytes, Map.of()));
 * }</pre>
 *
 * <p>The output appears complete or not at all; a run that is killed or fails keeps its last state
 * beside it, and with {@code resume} goes on to the same bytes. Equal settings, threads and machine
 * give equal bytes.
 */
public final class TrainingRun {
  private final ResolvedModel resolved;
  private final TrainingMethod method;
  private final TrainingSettings settings;
  private final CalibrationText text;
  private final Running running;
  private final TrainingProgress progress;

  /**
   * Describes a run; nothing is read or written yet.
   *
   * @param resolved a dense model
   * @param text trained on, apart from the windows held out at its end
   */
  public TrainingRun(
      ResolvedModel resolved,
      TrainingMethod method,
      TrainingSettings settings,
      CalibrationText text,
      Running running,
      TrainingProgress progress) {
    this.resolved = resolved;
    this.method = method;
    this.settings = settings;
    this.text = text;
    this.running = running;
    this.progress = progress;
  }

  /**
   * Trains, packs, and evaluates what was packed.
   *
   * @throws PbqException USAGE for an output that is in the way, windows that the model has no
   *     positions for, or an unfinished run with other settings; BAD_DATA for a model that is not
   *     dense or a text shorter than one batch; NUMERICAL naming step and layer if a loss is not
   *     finite; RESOURCES if disk or memory are full
   */
  public TrainingResult run(RunOutput output) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    TrainableFamilies.require(folder.config(), folder.path().toString());
    try (OpenModel open = OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running)) {
      if (!(open.weights() instanceof Checkpoint original)) {
        throw PbqException.badData(
            folder.path() + " is quantized already; a dense model is needed");
      }
      Checkpoints.requireDense(folder, original);
      settings.requirePositions(open.model());
      TokenWindows windows = TrainingText.windows(text, open.tokenizer(), settings);
      OutputDirectory.Mode mode =
          output.resume() ? OutputDirectory.Mode.RESUME : OutputDirectory.Mode.KEEP_UNFINISHED;
      try (OutputDirectory directory =
          OutputDirectory.open(output.directory(), output.force(), mode, List.of(folder.path()))) {
        TrainingResult result =
            open.run(m -> train(m, folder, original, open.model(), windows, directory, output));
        directory.commit();
        return result;
      }
    }
  }

  private TrainingResult train(
      NDManager manager,
      ModelFolder folder,
      Checkpoint original,
      CausalModel model,
      TokenWindows windows,
      OutputDirectory directory,
      RunOutput output) {
    long started = System.nanoTime();
    TrainedWeights trained = StartingWeights.of(method, original, model);
    List<Parameter> parameters = trained.parameters();
    TrainingState state =
        new TrainingState(
            directory.work().resolve(TrainingState.FILE), fingerprint(original).toString());
    List<CurvePoint> curve = learn(manager, original, model, windows, trained, state, parameters);
    RunSettings run =
        new RunSettings(
            resolved.displayName(), method.name(), allSettings(), Version.current(), output);
    double seconds = (System.nanoTime() - started) / 1e9;
    QuantizationReport report =
        new TrainedFolder(folder, original, model, method)
            .write(directory.work(), run, trained, seconds);
    LossCurve.write(directory.work(), curve);
    double stored = storedLoss(manager, directory.work(), model, windows);
    double last = curve.get(curve.size() - 1).heldOut();
    if (stored != last) {
      throw new IllegalStateException(
          "what is stored has the loss " + stored + ", what was trained " + last);
    }
    try {
      Files.delete(directory.work().resolve(TrainingState.FILE));
    } catch (IOException e) {
      throw PbqException.resources("cannot complete " + output.directory(), e);
    }
    return new TrainingResult(curve, Math.exp(curve.get(0).heldOut()), Math.exp(stored), report);
  }

  private List<CurvePoint> learn(
      NDManager manager,
      Checkpoint original,
      CausalModel model,
      TokenWindows windows,
      TrainedWeights trained,
      TrainingState state,
      List<Parameter> parameters) {
    List<CurvePoint> done = state.load(parameters);
    method.warning(settings.schedule()).ifPresent(progress::warning);
    Optional<Teacher> teacher =
        method.objective().needsTeacher()
            ? Optional.of(new Teacher(manager, model, original))
            : Optional.empty();
    try (Student student =
        new Student(manager, model, original, trained, method.operands(), settings.recompute())) {
      return new TrainingLoop(
              student,
              teacher,
              windows,
              method.objective(),
              method.optimizer(),
              settings,
              parameters)
          .run(done, state, progress);
    } finally {
      teacher.ifPresent(Teacher::close);
    }
  }

  private double storedLoss(NDManager manager, Path work, CausalModel model, TokenWindows windows) {
    TrainedWeights none = new TrainedWeights(Map.of(), Map.of());
    try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(work));
        Student student = new Student(manager, model, packed, none, method.operands(), false)) {
      return TrainingLoop.heldOut(student, windows, settings);
    }
  }

  private ObjectNode allSettings() {
    ObjectNode all = method.settings();
    settings.describe(all);
    all.put("text", text.name());
    return all;
  }

  private ObjectNode fingerprint(Checkpoint original) {
    ObjectNode parts = allSettings();
    parts.put("method", method.name());
    parts.put("textSha256", text.sha256());
    parts.put("weights", WeightsFingerprint.of(original));
    parts.put("version", Version.current());
    return parts;
  }
}
