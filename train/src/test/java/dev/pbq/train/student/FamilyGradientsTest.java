package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients of small random models of every family that can be trained, against central differences
 * of the losses that an evaluation computes: of every linear and every vector along the gradient
 * mixed with a random direction. What blocks before the last get has gone through the inputs of
 * those after them. Losses are float32 for each token, summed in double. All folders of the
 * reference data are run, or, in a bare clone, the few among the core's test resources.
 */
class FamilyGradientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What rounding makes of a loss. */
  private static final double NOISE = 3e-7;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  static List<Path> folders() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path root =
        Files.isDirectory(shared)
            ? shared
            : Path.of("..", "core", "src", "test", "resources", "architectures");
    try (Stream<Path> list = Files.list(root)) {
      List<Path> folders = list.filter(FamilyGradientsTest::isTrainable).sorted().toList();
      assertThat(folders).hasSizeGreaterThan(5);
      return folders;
    }
  }

  private static JsonNode config(Path folder) {
    try {
      return JSON.readTree(folder.resolve("config.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTrainable(Path folder) {
    return Files.isDirectory(folder)
        && TrainableFamilies.all().contains(config(folder).path("model_type").textValue());
  }

  /** A model with everything trained, and a batch. */
  private record Case(
      CausalModel model, WeightSource weights, TrainedWeights trained, int[][] ids) {
    static Case of(Path folder, Checkpoint checkpoint) {
      CausalModel model = Architectures.of(config(folder), folder.toString());
      WeightSource view = model.layout().view(checkpoint);
      Map<String, TrainableLinear> linears = new LinkedHashMap<>();
      for (int b = 0; b < model.blocks(); b++) {
        model.linearInputs(b).stream()
            .flatMap(input -> input.linears().stream())
            .forEach(
                l -> linears.put(l.name(), DenseLinear.of(l.name(), view.readMatrix(l.weight()))));
      }
      Map<String, StoredVector> vectors = new LinkedHashMap<>();
      for (String name : model.requiredTensors()) {
        if (view.shape(name).length == 1) {
          Parameter values = Parameter.of(name, view.read(name), false);
          vectors.put(name, new StoredVector(values, DType.F32));
        }
      }
      Random random = new Random(5);
      int[][] ids = new int[2][18];
      for (int[] window : ids) {
        for (int t = 0; t < window.length; t++) {
          window[t] = 3 + random.nextInt(model.vocabularySize() - 3);
        }
      }
      return new Case(model, checkpoint, new TrainedWeights(linears, vectors), ids);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyTrainedArrayHasTheGradientOfCentralDifferences(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        NDManager manager = Engines.newManager()) {
      Case c = Case.of(folder, checkpoint);
      try (Student student = new Student(manager, c.model(), c.weights(), c.trained(), false)) {
        requireSameStart(manager, student, c);
        student.backward(c.ids(), Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        student.takeGradients();
        Random random = new Random(9);
        for (Parameter p : c.trained().parameters()) {
          if (!isFrozen(p.name())) {
            requireSlope(student, c, p, random);
          }
        }
      }
    }
  }

  /** A student whose values are those of the checkpoint is the model. */
  private static void requireSameStart(NDManager manager, Student student, Case c) {
    TrainedWeights none = new TrainedWeights(Map.of(), Map.of());
    try (Student plain = new Student(manager, c.model(), c.weights(), none, false)) {
      assertThat(student.nextTokenNll(c.ids())).isDeepEqualTo(plain.nextTokenNll(c.ids()));
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void recomputationGivesTheSameGradients(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        NDManager manager = Engines.newManager()) {
      Case whole = Case.of(folder, checkpoint);
      Case pieces = Case.of(folder, checkpoint);
      try (Student one = new Student(manager, whole.model(), checkpoint, whole.trained(), false);
          Student two = new Student(manager, whole.model(), checkpoint, pieces.trained(), true)) {
        one.backward(whole.ids(), Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        two.backward(whole.ids(), Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        one.takeGradients();
        two.takeGradients();
      }
      for (int i = 0; i < whole.trained().parameters().size(); i++) {
        Parameter expected = whole.trained().parameters().get(i);
        float[] found = pieces.trained().parameters().get(i).gradient();
        double scale = AdamW.norm(List.of(expected));
        for (int k = 0; k < found.length; k++) {
          assertThat((double) found[k])
              .as("%s[%d]", expected.name(), k)
              .isCloseTo(expected.gradient()[k], within(1e-4 * scale + 1e-9));
        }
      }
    }
  }

  /** Routers and what only chooses experts are never trained, nor are the sinks of attention. */
  private static boolean isFrozen(String name) {
    return name.matches(".*(router\\.bias|e_score_correction_bias|sinks)");
  }

  /**
   * Compares along the gradient mixed with a random direction. A step may change which experts are
   * chosen, where the loss jumps, or be too large: the closest of three counts.
   */
  private static void requireSlope(Student student, Case c, Parameter p, Random random) {
    int n = p.values().length;
    double size = AdamW.norm(List.of(p));
    double[] direction = new double[n];
    double slope = 0;
    for (int i = 0; i < n; i++) {
      double own = size == 0 ? 0 : p.gradient()[i] / size;
      direction[i] = own + random.nextGaussian() / Math.sqrt(n);
      slope += direction[i] * p.gradient()[i];
    }
    float[] start = p.values().clone();
    double h = Math.min(0.01 * Math.max(norm(start), 0.02 * Math.sqrt(n)), 0.002 / (size + 1e-9));
    double difference = Double.NaN;
    for (int attempt = 0; attempt < 3; attempt++, h /= 4) {
      double above = loss(student, c, p, start, direction, h);
      double below = loss(student, c, p, start, direction, -h);
      difference = (above - below) / (2 * h);
      if (Math.abs(difference - slope) <= 0.02 * Math.abs(slope) + NOISE / h) {
        break;
      }
    }
    loss(student, c, p, start, direction, 0);
    assertThat(difference)
        .as(p.name())
        .isCloseTo(slope, within(0.02 * Math.abs(slope) + NOISE / h));
  }

  private static double norm(float[] x) {
    double sum = 0;
    for (float v : x) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  private static double loss(
      Student student, Case c, Parameter p, float[] start, double[] direction, double step) {
    for (int i = 0; i < start.length; i++) {
      p.values()[i] = (float) (start[i] + step * direction[i]);
    }
    student.refresh();
    double sum = 0;
    for (float[] window : student.nextTokenNll(c.ids())) {
      for (float nll : window) {
        sum += nll;
      }
    }
    return sum / (c.ids().length * (c.ids()[0].length - 1));
  }
}
