package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.Linear;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.layer.LowRankTrained;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters, dropout and biases through the project's own model code. */
class AdaptersTest {
  @TempDir private static Path temporary;

  private static final Objective LOSS = Objective.LANGUAGE_MODEL;

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

  /** Signs with one scale for a row, and adapters whose B is not 0. */
  private TrainedWeights trained(double dropout) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    for (int block = 0; block < model.blocks(); block++) {
      model.linearInputs(block).stream()
          .flatMap(input -> input.linears().stream())
          .forEach(linear -> linears.put(linear.name(), layer(linear, dropout)));
    }
    return new TrainedWeights(linears, Map.of());
  }

  private LowRankTrained layer(Linear linear, double dropout) {
    FloatMatrix w = weights.readMatrix(linear.weight());
    byte[] codes = new byte[w.data().length];
    double sum = 0;
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (w.data()[i] >= 0 ? 1 : 0);
      sum += Math.abs(w.data()[i]);
    }
    float[] scale = new float[w.rows()];
    float[] zero = new float[w.rows()];
    Arrays.fill(scale, 2 * (float) (sum / codes.length));
    Arrays.fill(zero, 0.5f);
    HqqLinear base =
        new HqqLinear(
            w.rows(),
            w.cols(),
            new FlatGroups(1, w.cols()),
            1,
            ScaleDtype.F32,
            ComputeDtype.F32,
            codes,
            new HqqParameters.Plain(scale),
            new HqqParameters.Plain(zero));
    int rank = 3;
    float[] a = random(rank * w.cols(), linear.name().hashCode());
    float[] b = random(rank * w.rows(), linear.name().hashCode() + 1);
    return new LowRankTrained(
        linear.name(),
        base,
        new AdapterSettings(rank, 0.5, 1, dropout, ScaleDtype.F32, false),
        a,
        b,
        Optional.of(random(w.rows(), 5)));
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.1f * (float) random.nextGaussian();
    }
    return values;
  }

  private int[][] windows() {
    Random random = new Random(7);
    int[][] ids = new int[2][16];
    for (int[] window : ids) {
      Arrays.setAll(window, t -> 3 + random.nextInt(model.vocabularySize() - 3));
    }
    return ids;
  }

  @Test
  void gradientsAreThoseOfCentralDifferencesUnderTheSameDropout() {
    TrainedWeights trained = trained(0.3);
    int[][] ids = windows();
    try (Student student = new Student(manager, model, weights, trained, false)) {
      student.backward(ids, LOSS, Optional.empty(), 1, 11);
      student.takeGradients();
      Map<Parameter, float[]> gradients = new LinkedHashMap<>();
      trained.parameters().forEach(p -> gradients.put(p, p.gradient().clone()));
      assertThat(gradients).hasSize(3 * trained.linears().size());
      gradients.forEach(
          (parameter, gradient) -> {
            int at = largest(gradient);
            float kept = parameter.values()[at];
            float h = 1e-2f;
            parameter.values()[at] = kept + h;
            student.refresh();
            double above = student.backward(ids, LOSS, Optional.empty(), 1, 11);
            parameter.values()[at] = kept - h;
            student.refresh();
            double below = student.backward(ids, LOSS, Optional.empty(), 1, 11);
            parameter.values()[at] = kept;
            student.refresh();
            double expected = (above - below) / (2.0 * h);
            assertThat((double) gradient[at])
                .as(parameter.name())
                .isCloseTo(expected, within(0.03 * Math.abs(expected) + 3e-4));
          });
    }
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = Math.abs(values[i]) > Math.abs(values[best]) ? i : best;
    }
    return best;
  }

  @Test
  void recomputationDropsTheSameInputs() {
    TrainedWeights whole = trained(0.3);
    TrainedWeights pieces = trained(0.3);
    try (Student one = new Student(manager, model, weights, whole, false);
        Student two = new Student(manager, model, weights, pieces, true)) {
      double a = one.backward(windows(), LOSS, Optional.empty(), 1, 5);
      double b = two.backward(windows(), LOSS, Optional.empty(), 1, 5);
      assertThat(b).isCloseTo(a, within(1e-5 * Math.abs(a)));
      one.takeGradients();
      two.takeGradients();
    }
    List<Parameter> expected = whole.parameters();
    List<Parameter> found = pieces.parameters();
    for (int i = 0; i < expected.size(); i++) {
      double scale = AdamW.norm(List.of(expected.get(i)));
      assertThat(scale).as(expected.get(i).name()).isPositive();
      for (int k = 0; k < expected.get(i).gradient().length; k++) {
        assertThat((double) found.get(i).gradient()[k])
            .as("%s[%d]", expected.get(i).name(), k)
            .isCloseTo(expected.get(i).gradient()[k], within(1e-4 * scale));
      }
    }
  }

  @Test
  void dropoutFollowsFromItsNumberAndIsOffInEvaluation() {
    int[][] ids = windows();
    try (Student some = new Student(manager, model, weights, trained(0.3), false);
        Student none = new Student(manager, model, weights, trained(0), false)) {
      float[][] before = some.nextTokenNll(ids);
      double first = some.backward(ids, LOSS, Optional.empty(), 1, 1);
      assertThat(some.backward(ids, LOSS, Optional.empty(), 1, 1)).isEqualTo(first);
      assertThat(some.backward(ids, LOSS, Optional.empty(), 1, 2)).isNotEqualTo(first);
      assertThat(some.nextTokenNll(ids)).isDeepEqualTo(before);
      assertThat(none.nextTokenNll(ids)).isDeepEqualTo(before);
      double mean = 0;
      for (float[] window : before) {
        for (float nll : window) {
          mean += nll / (before.length * window.length);
        }
      }
      double undropped = none.backward(ids, LOSS, Optional.empty(), 1, 1);
      assertThat(undropped).isCloseTo(mean, within(1e-4)).isNotEqualTo(first);
    }
  }
}
