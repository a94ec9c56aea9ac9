package dev.pbq.train.run;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A training from a dense model to a packed folder:
 *
 * <pre>{@code
 * try (TrainingMethod method = PbQat.open(PbQatSettings.DEFAULT)) {
 *   TrainingRun run =
 *       new TrainingRun(resolved, method, TrainingPlan.DEFAULT, data, running, progress);
 *   TrainingResult result = run.run(new RunOutput(Path.of("out"), false, false, bytes, Map.of()));
 * }
 * }</pre>
 *
 * <p>The output appears complete or not at all; a run that is killed or fails keeps its last state
 * beside it, and with {@code resume} goes on to the same bytes. Equal settings, threads and machine
 * give equal bytes.
 *
 * @param resolved a dense model
 * @param method lent
 * @param data what is trained on
 */
public record TrainingRun(
    ResolvedModel resolved,
    TrainingMethod method,
    TrainingPlan plan,
    TrainingData data,
    Running running,
    TrainingProgress progress) {

  /**
   * Trains, packs, and evaluates what was packed.
   *
   * @throws PbqException USAGE for an output that is in the way, windows that the model has no
   *     positions for, or an unfinished run with other settings; BAD_DATA for a model that is not
   *     dense, a teacher that does not fit, or a text shorter than one batch; NUMERICAL naming step
   *     and layer if a loss is not finite; RESOURCES if disk or memory are full; CANCELLED if the
   *     progress says so, with the state saved
   */
  public TrainingResult run(RunOutput output) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    TrainableFamilies.require(folder.config(), folder.path().toString());
    try (OpenModel open = open(folder);
        OpenTeacher teacher = OpenTeacher.open(folder, open, data.teacher(), running)) {
      if (!(open.weights() instanceof Checkpoint original)) {
        throw PbqException.badData(
            Wording.of(
                "%s is quantized already; a dense model is needed, and {dequantizeFirst} makes one"
                    + " of it",
                folder.shown()));
      }
      Checkpoints.requireDense(folder, original);
      TrainingMethod fitted = method.fitted(open.model());
      if (method.objective().comparesHidden()) {
        teacher.requireShapeOf(open);
      }
      RunWindows windows = RunWindows.of(plan, method.defaults(), data, open);
      OutputDirectory.Mode mode =
          output.resume() ? OutputDirectory.Mode.RESUME : OutputDirectory.Mode.KEEP_UNFINISHED;
      try (OutputDirectory directory =
          OutputDirectory.open(output.directory(), output.force(), mode, List.of(folder.path()))) {
        TrainingState.requireOwn(directory);
        Job job =
            new Job(fitted, folder, open, original, teacher, windows, directory.work(), output);
        TrainingResult result;
        try {
          result =
              EngineMemory.guard(
                  () -> estimate(open.model(), windows.sizes()),
                  () -> open.run(plan.device(), job::train));
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

  /**
   * What a run would take, from the model's configuration alone.
   *
   * @throws PbqException as {@link #run}, as far as it can be known
   */
  public TrainingEstimate estimate(CausalModel model) {
    TrainableFamilies.require(
        ModelFolder.open(resolved.folder()).config(), resolved.folder().toString());
    WindowSizes sizes = plan.windows(method.defaults(), model.maxPositions());
    sizes.requirePositions(model);
    return estimate(model, sizes);
  }

  private TrainingEstimate estimate(CausalModel model, WindowSizes sizes) {
    return TrainingEstimate.of(model, method.fitted(model), sizes, plan.recompute());
  }

  private OpenModel open(ModelFolder folder) {
    return OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running);
  }

  /** The work inside of an output folder; everything is lent. */
  private final class Job {
    // Hides the one that is not fitted to the model.
    private final TrainingMethod method;
    private final ModelFolder folder;
    private final OpenModel open;
    private final Checkpoint original;
    private final OpenTeacher teacher;
    private final RunWindows cut;
    private final Path work;
    private final RunOutput output;
    private final long started = System.nanoTime();

    Job(
        TrainingMethod method,
        ModelFolder folder,
        OpenModel open,
        Checkpoint original,
        OpenTeacher teacher,
        RunWindows cut,
        Path work,
        RunOutput output) {
      this.method = method;
      this.folder = folder;
      this.open = open;
      this.original = original;
      this.teacher = teacher;
      this.cut = cut;
      this.work = work;
      this.output = output;
    }

    TrainingResult train(NDManager manager) {
      CausalModel model = open.model();
      ObjectNode parts = fingerprint(JsonNodeFactory.instance.objectNode());
      RunWindows.Made made =
          cut.make(manager, work, parts, teacher.model(), teacher.weights(), progress);
      TokenWindows windows = made.windows();
      method.requireFits(original);
      TrainedWeights trained = new StartingWeights(original, model).of(method, plan.seed());
      TrainingSettings settings =
          plan.settings(
              method.defaults(),
              cut.sizes(),
              windows.size(),
              () -> StartingWeights.rms(original, model));
      progress.begins(settings);
      ObjectNode all = settings.describe(data.describe(method.settings()));
      TrainingState state = new TrainingState(work, fingerprint(all).toString());
      TrainingLoop.Result learned = learn(manager, trained, windows, settings, state);
      RunSettings run =
          new RunSettings(resolved.displayName(), method.name(), all, Version.current(), output);
      double seconds = (System.nanoTime() - started) / 1e9;
      QuantizationReport report =
          new TrainedFolder(folder, original, model, method).write(work, run, trained, seconds);
      LossCurve.write(work, learned.curve());
      double stored = storedLoss(manager, HeldOut.likelihood(windows, settings.batch()));
      if (stored != learned.heldOut()) {
        throw new IllegalStateException(
            "what is stored has the loss " + stored + ", what was trained " + learned.heldOut());
      }
      made.written().delete();
      double before = learned.curve().get(0).heldOut();
      return new TrainingResult(
          settings, learned.curve(), learned.step(), Math.exp(before), Math.exp(stored), report);
    }

    private TrainingLoop.Result learn(
        NDManager manager,
        TrainedWeights trained,
        TokenWindows windows,
        TrainingSettings settings,
        TrainingState state) {
      List<Parameter> parameters = trained.parameters();
      state.load(parameters);
      method.warning(settings.schedule()).ifPresent(progress::warning);
      ToDoubleFunction<Student> heldOut = HeldOut.likelihood(windows, settings.batch());
      Optional<Teacher> teaching =
          method.objective().needsTeacher()
              ? Optional.of(new Teacher(manager, teacher.model(), teacher.weights()))
              : Optional.empty();
      try (Student student =
          new Student(
              manager, open.model(), original, trained, method.operands(), settings.recompute())) {
        return new TrainingLoop(
                student,
                teaching,
                windows,
                method.objective(),
                method.optimizer(),
                settings,
                heldOut,
                parameters)
            .run(state, progress);
      } finally {
        teaching.ifPresent(Teacher::close);
      }
    }

    private double storedLoss(NDManager manager, ToDoubleFunction<Student> heldOut) {
      TrainedWeights none = new TrainedWeights(Map.of(), Map.of());
      try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(work));
          Student student =
              new Student(manager, open.model(), packed, none, method.operands(), false)) {
        return heldOut.applyAsDouble(student);
      }
    }

    private ObjectNode fingerprint(ObjectNode settings) {
      ObjectNode parts = settings.deepCopy();
      parts.put("method", method.name());
      data.text().ifPresent(text -> parts.put("textSha256", text.sha256()));
      parts.put("weights", WeightsFingerprint.of(original));
      teacher.other().ifPresent(other -> parts.put("teacher", WeightsFingerprint.of(other)));
      parts.put("version", Version.current());
      return parts;
    }
  }
}
