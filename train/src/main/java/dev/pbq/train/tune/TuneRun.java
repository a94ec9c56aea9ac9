package dev.pbq.train.tune;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.run.HeldOut;
import dev.pbq.train.run.LossCurve;
import dev.pbq.train.run.RunWindows;
import dev.pbq.train.run.SameTokens;
import dev.pbq.train.run.TrainingData;
import dev.pbq.train.run.TrainingLoop;
import dev.pbq.train.run.TrainingPlan;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.train.run.TrainingState;
import dev.pbq.train.student.Objective;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TrainableFamilies;
import dev.pbq.train.student.TrainedWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Tuning of a packed folder by distillation: codes, signs and bitmaps stay, and with them the size,
 * but for row scales that entropy-coded layers gain; scales, means, float zero points and norms
 * learn from the original model by KL(original || model) on the logits. The state that is best on
 * the held-out windows is kept, the start among them: the result is never worse there. The output
 * appears complete or not at all; a run that is killed keeps its last state beside it.
 *
 * @param packed the folder to tune
 * @param plan how long and how fast; its teacher is not looked at
 * @param data what is learned from; its teacher is the dense model that the folder was made of
 */
public record TuneRun(
    ModelFolder packed,
    TrainingPlan plan,
    TrainingData data,
    Running running,
    TrainingProgress progress) {
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.95, 1e-8, 0);
  private static final Objective DIVERGENCE = new Objective(0, 1, 0);
  private static final int WARMUP = 10;

  /** How long and how fast tuning is where a user says nothing. */
  public static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(1e-3, 2, 4, 2048, 200, steps -> Math.min(WARMUP, steps / 4));

  /**
   * Tunes.
   *
   * @throws PbqException BAD_DATA if the folder is not packed by pbq, the reference is not dense,
   *     or their vocabularies or tokenizers differ; USAGE if there is nothing to tune; otherwise as
   *     {@link dev.pbq.train.run.TrainingRun#run}
   */
  public TuneResult run(RunOutput output) {
    TrainableFamilies.require(packed.config(), packed.path().toString());
    ModelFolder reference = data.teacher().orElseThrow();
    try (OpenModel tuned = open(packed);
        OpenModel original = open(reference)) {
      if (!(tuned.weights() instanceof PackedCheckpoint weights)
          || weights.foreignLayout().isPresent()) {
        throw PbqException.badData(
            packed.path() + " is not a folder that pbq quantized: there is nothing to tune");
      }
      SameTokens.require(reference, original, tuned);
      RunWindows windows = RunWindows.of(plan, DEFAULTS, data, tuned);
      OutputDirectory.Mode mode =
          output.resume() ? OutputDirectory.Mode.RESUME : OutputDirectory.Mode.KEEP_UNFINISHED;
      try (OutputDirectory directory =
          OutputDirectory.open(
              output.directory(), output.force(), mode, List.of(packed.path(), reference.path()))) {
        TrainingState.requireOwn(directory);
        Job job = new Job(tuned, weights, original, windows, directory.work(), output);
        TuneResult result;
        try {
          result = tuned.run(plan.device(), job::tune);
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

  /** Changes have no size that a learning rate could follow. */
  private static double noRate() {
    throw PbqException.setting("{lr} auto is for training; tuning has one rate for all models");
  }

  private OpenModel open(ModelFolder folder) {
    return OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running);
  }

  /** The work inside of an output folder; everything is lent. */
  private final class Job {
    private final OpenModel tuned;
    private final PackedCheckpoint weights;
    private final OpenModel original;
    private final RunWindows cut;
    private final Path work;
    private final RunOutput output;

    Job(
        OpenModel tuned,
        PackedCheckpoint weights,
        OpenModel original,
        RunWindows cut,
        Path work,
        RunOutput output) {
      this.tuned = tuned;
      this.weights = weights;
      this.original = original;
      this.cut = cut;
      this.work = work;
      this.output = output;
    }

    TuneResult tune(NDManager manager) {
      ObjectNode parts = fingerprint(packed.config().objectNode());
      RunWindows.Made made =
          cut.make(manager, work, parts, original.model(), original.weights(), progress);
      TrainedWeights trained = trained();
      BitAccount bitsBefore = bits(trained);
      TrainingSettings settings =
          plan.settings(DEFAULTS, cut.sizes(), made.windows().size(), TuneRun::noRate)
              .keepingBest();
      progress.begins(settings);
      ObjectNode tuning = settings.describe(data.describe(packed.config().objectNode()));
      List<Parameter> parameters = trained.parameters();
      TrainingState state = new TrainingState(work, fingerprint(tuning).toString());
      state.load(parameters);
      try (Teacher teacher = new Teacher(manager, original.model(), original.weights())) {
        ToDoubleFunction<Student> heldOut =
            HeldOut.divergence(made.windows(), settings.batch(), teacher);
        TrainingLoop.Result learned;
        try (Student student =
            new Student(manager, tuned.model(), weights, trained, settings.recompute())) {
          learned =
              new TrainingLoop(
                      student,
                      Optional.of(teacher),
                      made.windows(),
                      DIVERGENCE,
                      OPTIMIZER,
                      settings,
                      heldOut,
                      parameters)
                  .run(state, progress);
        }
        tuning.put("bestStep", learned.step());
        tuning.remove("teacher");
        new TunedFolder(packed, weights).write(work, trained, tuning, output.sideFiles());
        LossCurve.write(work, learned.curve());
        double stored = stored(manager, heldOut);
        if (stored != learned.heldOut()) {
          throw new IllegalStateException(
              "what is stored diverges by " + stored + ", what was tuned by " + learned.heldOut());
        }
        made.written().delete();
        double before = learned.curve().get(0).heldOut();
        return new TuneResult(
            settings, learned.curve(), before, stored, learned.step(), bitsBefore, bits(trained));
      }
    }

    private ObjectNode fingerprint(ObjectNode settings) {
      ObjectNode parts = settings.deepCopy();
      data.text().ifPresent(text -> parts.put("textSha256", text.sha256()));
      parts.put("weights", WeightsFingerprint.of(weights.stored()));
      parts.put("reference", WeightsFingerprint.of((Checkpoint) original.weights()));
      parts.put("version", Version.current());
      return parts;
    }

    private TrainedWeights trained() {
      CausalModel model = tuned.model();
      Map<String, TrainableLinear> linears = new LinkedHashMap<>();
      for (String name : weights.packedLinears()) {
        if (model.layout().linear(name).isPresent()) {
          TunedLinears.of(name, weights.packed(name)).ifPresent(layer -> linears.put(name, layer));
        }
      }
      if (linears.isEmpty()) {
        throw PbqException.usage(
            packed.path() + " has no layer with scales, means or zero points that can be tuned");
      }
      Map<String, StoredVector> vectors = new LinkedHashMap<>();
      List<String> parts = weights.ownBiases();
      for (String name : model.requiredTensors()) {
        if (weights.contains(name) && weights.shape(name).length == 1 && !parts.contains(name)) {
          Parameter values = Parameter.of(name, weights.read(name), false);
          vectors.put(name, new StoredVector(values, weights.stored().info(name).dtype()));
        }
      }
      return new TrainedWeights(linears, vectors);
    }

    private static BitAccount bits(TrainedWeights trained) {
      return trained.linears().values().stream()
          .map(layer -> layer.pack().bits())
          .reduce(BitAccount.empty(), BitAccount::plus);
    }

    private double stored(NDManager manager, ToDoubleFunction<Student> heldOut) {
      TrainedWeights none = new TrainedWeights(Map.of(), Map.of());
      try (PackedCheckpoint made = PackedCheckpoint.open(ModelFolder.open(work));
          Student student = new Student(manager, tuned.model(), made, none, false)) {
        return heldOut.applyAsDouble(student);
      }
    }
  }
}
