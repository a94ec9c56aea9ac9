package dev.pbq.train.tune;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.LossCurve;
import dev.pbq.train.run.TrainingLoop;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.train.run.TrainingText;
import dev.pbq.train.student.Objective;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TokenWindows;
import dev.pbq.train.student.TrainableFamilies;
import dev.pbq.train.student.TrainedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tuning of a packed folder by distillation: codes, signs and bitmaps stay, and with them the size;
 * scales, means, float zero points and norms learn from the original model by KL(original || model)
 * on the logits. The state that is best on the held-out windows is kept, the start among them: the
 * result is never worse there. The output appears complete or not at all.
 *
 * @param packed the folder to tune
 * @param reference the dense model that it was made of
 * @param text learned from, apart from the windows held out at its end
 */
public record TuneRun(
    ModelFolder packed,
    ModelFolder reference,
    CalibrationText text,
    TrainingSettings settings,
    Running running,
    TrainingProgress progress) {
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.95, 1e-8, 0);
  private static final Objective DIVERGENCE = new Objective(0, 1, 0);

  /**
   * Tunes.
   *
   * @param output the folder to make
   * @param force whether it may replace one
   * @throws PbqException BAD_DATA if the folder is not packed by pbq, the reference is not dense,
   *     or their vocabularies or tokenizers differ; USAGE if there is nothing to tune; otherwise as
   *     {@link dev.pbq.train.run.TrainingRun#run}
   */
  public TuneResult run(Path output, boolean force) {
    TrainableFamilies.require(packed.config(), packed.path().toString());
    try (OpenModel tuned = open(packed);
        OpenModel original = open(reference)) {
      if (!(tuned.weights() instanceof PackedCheckpoint weights)
          || weights.foreignLayout().isPresent()) {
        throw PbqException.badData(
            packed.path() + " is not a folder that pbq quantized: there is nothing to tune");
      }
      if (!(original.weights() instanceof Checkpoint)) {
        throw PbqException.badData(reference.path() + " is not dense: it cannot be the reference");
      }
      settings.requirePositions(tuned.model());
      requireSameTokens(tuned, original);
      TokenWindows windows = TrainingText.windows(text, tuned.tokenizer(), settings);
      try (OutputDirectory directory =
          OutputDirectory.open(
              output,
              force,
              OutputDirectory.Mode.DISCARD_UNFINISHED,
              List.of(packed.path(), reference.path()))) {
        TuneResult result =
            tuned.run(m -> tune(m, tuned.model(), weights, original, windows, directory.work()));
        directory.commit();
        return result;
      }
    }
  }

  private OpenModel open(ModelFolder folder) {
    return OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running);
  }

  private void requireSameTokens(OpenModel tuned, OpenModel original) {
    int vocabulary = tuned.model().vocabularySize();
    int other = original.model().vocabularySize();
    if (vocabulary != other) {
      throw PbqException.badData(
          reference.path() + " has " + other + " tokens, " + packed.path() + " " + vocabulary);
    }
    String sample = "The cat sat on 12 mats, and then it didn't.\n";
    Tokenizer a = tuned.tokenizer();
    Tokenizer b = original.tokenizer();
    if (!Arrays.equals(a.encode(sample), b.encode(sample))) {
      throw PbqException.badData(
          reference.path() + " and " + packed.path() + " have different tokenizers");
    }
  }

  private TuneResult tune(
      NDManager manager,
      CausalModel model,
      PackedCheckpoint weights,
      OpenModel original,
      TokenWindows windows,
      Path work) {
    TrainedWeights trained = trained(weights, model);
    List<CurvePoint> curve = new ArrayList<>();
    try (Teacher teacher = new Teacher(manager, original.model(), original.weights())) {
      Best best;
      try (Student student = new Student(manager, model, weights, trained, settings.recompute())) {
        best = learn(student, teacher, windows, trained.parameters(), curve);
      }
      ObjectNode tuning = packed.config().objectNode();
      settings.describe(tuning);
      tuning.put("text", text.name());
      tuning.put("bestStep", best.step());
      new TunedFolder(packed, weights).write(work, trained, tuning);
      LossCurve.write(work, curve);
      double stored = stored(manager, model, work, teacher, windows);
      if (stored != best.divergence()) {
        throw new IllegalStateException(
            "what is stored diverges by " + stored + ", what was tuned by " + best.divergence());
      }
      return new TuneResult(curve, curve.get(0).heldOut(), stored, best.step());
    }
  }

  private TrainedWeights trained(PackedCheckpoint weights, CausalModel model) {
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
    for (String name : model.requiredTensors()) {
      if (weights.contains(name) && weights.shape(name).length == 1) {
        Parameter values = Parameter.of(name, weights.read(name), false);
        vectors.put(name, new StoredVector(values, weights.stored().info(name).dtype()));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  /** The best state so far on the held-out windows. */
  private record Best(int step, double divergence, List<float[]> values) {
    static Best of(int step, double divergence, List<Parameter> parameters) {
      return new Best(step, divergence, parameters.stream().map(p -> p.values().clone()).toList());
    }

    void restore(List<Parameter> parameters) {
      for (int i = 0; i < values.size(); i++) {
        float[] kept = values.get(i);
        System.arraycopy(kept, 0, parameters.get(i).values(), 0, kept.length);
      }
    }
  }

  private Best learn(
      Student student,
      Teacher teacher,
      TokenWindows windows,
      List<Parameter> parameters,
      List<CurvePoint> curve) {
    double start = divergence(student, teacher, windows);
    Best best = Best.of(0, start, parameters);
    curve.add(new CurvePoint(0, null, null, null, start));
    progress.step(curve.get(0));
    TrainingLoop loop =
        new TrainingLoop(
            student, Optional.of(teacher), windows, DIVERGENCE, OPTIMIZER, settings, parameters);
    int steps = settings.schedule().steps();
    for (int step = 0; step < steps; step++) {
      CurvePoint point = loop.step(step);
      if ((step + 1) % settings.every() == 0 || step + 1 == steps) {
        point = point.withHeldOut(divergence(student, teacher, windows));
        if (point.heldOut() < best.divergence()) {
          best = Best.of(step + 1, point.heldOut(), parameters);
        }
      }
      curve.add(point);
      progress.step(point);
    }
    best.restore(parameters);
    return best;
  }

  private double divergence(Student student, Teacher teacher, TokenWindows windows) {
    int[][] all = windows.heldOut();
    double sum = 0;
    for (int from = 0; from < all.length; from += settings.batch()) {
      int to = Math.min(all.length, from + settings.batch());
      sum += (to - from) * student.divergence(Arrays.copyOfRange(all, from, to), teacher);
    }
    return sum / all.length;
  }

  private double stored(
      NDManager manager, CausalModel model, Path work, Teacher teacher, TokenWindows windows) {
    TrainedWeights none = new TrainedWeights(Map.of(), Map.of());
    try (PackedCheckpoint made = PackedCheckpoint.open(ModelFolder.open(work));
        Student student = new Student(manager, model, made, none, false)) {
      return divergence(student, teacher, windows);
    }
  }
}
