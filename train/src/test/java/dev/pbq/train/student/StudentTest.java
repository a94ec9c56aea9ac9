package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.layer.SalientBinaryLinear;
import dev.pbq.train.layer.SalientWeights;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gradients through the project's own model code. */
class StudentTest {
  @TempDir private static Path temporary;

  private Checkpoint weights;
  private CausalModel model;
  private NDManager manager;

  @BeforeEach
  void open() {
    ModelFolder folder = ModelFolder.open(TinyModel.unpack(temporary));
    weights = Checkpoint.open(folder.path());
    model = Architectures.of(folder.config(), "tiny");
    manager = Engines.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
    weights.close();
  }

  private static int[][] windows(int count, int tokens, int vocabulary) {
    Random random = new Random(7);
    int[][] ids = new int[count][tokens];
    for (int[] window : ids) {
      for (int t = 0; t < tokens; t++) {
        window[t] = 3 + random.nextInt(vocabulary - 3);
      }
    }
    return ids;
  }

  private TrainedWeights trained() {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    for (int b = 0; b < model.blocks(); b++) {
      model.linearInputs(b).stream()
          .flatMap(input -> input.linears().stream())
          .forEach(
              linear -> {
                FloatMatrix w = weights.readMatrix(linear.name() + ".weight");
                SalientWeights salient =
                    SalientWeights.of(
                        linear.name(), w, SalientWeights.largest(w, 0.1), ScaleDtype.F16);
                linears.put(
                    linear.name(),
                    new SalientBinaryLinear(linear.name(), w, salient, ScaleDtype.F16));
              });
    }
    Map<String, StoredVector> vectors = new LinkedHashMap<>();
    for (String name : model.requiredTensors()) {
      if (weights.shape(name).length == 1) {
        Parameter values = Parameter.of(name, weights.read(name), false);
        vectors.put(name, new StoredVector(values, DType.F32));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  /** Cross entropy, divergence and the hidden-state term together. */
  private static final Objective ALL = new Objective(0.7, 0.5, 0.3);

  @Test
  void normsHaveTheGradientsOfCentralDifferences() {
    TrainedWeights trained = trained();
    int[][] ids = windows(2, 16, model.vocabularySize());
    try (Teacher teacher = new Teacher(manager, model, weights);
        Student student = new Student(manager, model, weights, trained, false)) {
      Optional<Teacher> some = Optional.of(teacher);
      student.backward(ids, ALL, some, 1);
      student.takeGradients();
      Map<String, float[]> gradients = new LinkedHashMap<>();
      trained.vectors().forEach((name, v) -> gradients.put(name, v.parameter().gradient().clone()));
      for (StoredVector vector : trained.vectors().values()) {
        float[] values = vector.parameter().values();
        float[] gradient = gradients.get(vector.parameter().name());
        int at = largest(gradient);
        float kept = values[at];
        float h = 2e-2f * Math.max(0.1f, Math.abs(kept));
        values[at] = kept + h;
        student.refresh();
        double above = student.backward(ids, ALL, some, 1);
        values[at] = kept - h;
        student.refresh();
        double below = student.backward(ids, ALL, some, 1);
        values[at] = kept;
        student.refresh();
        double expected = (above - below) / (2.0 * h);
        assertThat((double) gradient[at])
            .as(vector.parameter().name())
            .isCloseTo(expected, within(0.03 * Math.abs(expected) + 2e-4));
      }
    }
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (Math.abs(values[i]) > Math.abs(values[best])) {
        best = i;
      }
    }
    return best;
  }

  @Test
  void recomputationGivesTheSameGradients() {
    int[][] ids = windows(2, 16, model.vocabularySize());
    TrainedWeights whole = trained();
    TrainedWeights pieces = trained();
    try (Teacher teacher = new Teacher(manager, model, weights);
        Student one = new Student(manager, model, weights, whole, false);
        Student two = new Student(manager, model, weights, pieces, true)) {
      double a = one.backward(ids, ALL, Optional.of(teacher), 1);
      double b = two.backward(ids, ALL, Optional.of(teacher), 1);
      assertThat(b).isCloseTo(a, within(1e-5 * Math.abs(a)));
      one.takeGradients();
      two.takeGradients();
    }
    List<Parameter> expected = whole.parameters();
    List<Parameter> found = pieces.parameters();
    for (int i = 0; i < expected.size(); i++) {
      double scale = AdamW.norm(List.of(expected.get(i)));
      assertThat(scale).as(expected.get(i).name()).isPositive();
      float[] e = expected.get(i).gradient();
      float[] f = found.get(i).gradient();
      for (int k = 0; k < e.length; k++) {
        assertThat((double) f[k])
            .as("%s[%d]", expected.get(i).name(), k)
            .isCloseTo(e[k], within(1e-4 * scale));
      }
    }
  }

  @Test
  void gradientsAreThoseOfTheBatchesSinceTheyWereTaken() {
    int[][] ids = windows(2, 16, model.vocabularySize());
    TrainedWeights trained = trained();
    try (Student student = new Student(manager, model, weights, trained, false)) {
      student.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 1);
      student.takeGradients();
      double once = AdamW.norm(trained.parameters());
      student.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 0.5);
      student.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 0.5);
      student.takeGradients();
      assertThat(AdamW.norm(trained.parameters())).isCloseTo(once, within(1e-5 * once));
    }
  }

  @Test
  void oneWindowIsLearnedByHeart() {
    int[][] ids = windows(1, 24, model.vocabularySize());
    TrainedWeights trained = trained();
    List<Parameter> parameters = trained.parameters();
    AdamW adam = new AdamW(0.9, 0.999, 1e-8, 0);
    double first = 0;
    double last = 0;
    try (Student student = new Student(manager, model, weights, trained, false)) {
      for (int step = 1; step <= 120; step++) {
        last = student.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        first = step == 1 ? last : first;
        student.takeGradients();
        double clip = AdamW.clip(AdamW.norm(parameters), 1);
        adam.step(parameters, step, 5e-3 * (1 - step / 121.0), clip);
        student.refresh();
      }
    }
    assertThat(first).isGreaterThan(5);
    assertThat(last).isLessThan(0.2);
  }
}
