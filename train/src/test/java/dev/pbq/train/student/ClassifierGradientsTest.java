package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.FormatLinear;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.layer.WeightFormat;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of all of a classifier: against float64, and through changed operands. */
class ClassifierGradientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Leaves weights as they are. */
  private static final WeightFormat EXACT =
      new WeightFormat() {
        @Override
        public void round(String linear, FloatMatrix weight) {
          assertThat(weight.data()).isNotEmpty();
        }

        @Override
        public QuantizedLinear pack(String linear, FloatMatrix weight) {
          throw new IllegalStateException("nothing is packed here");
        }
      };

  @TempDir private Path temporary;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  /** A model of the test resources, with its trained tensors. */
  private record Fixture(EncoderClassifier model, Checkpoint weights, JsonNode expected)
      implements AutoCloseable {
    TrainedWeights trained() {
      Map<String, TrainableLinear> linears = new LinkedHashMap<>();
      Map<String, StoredVector> vectors = new LinkedHashMap<>();
      for (String name : model.requiredTensors()) {
        String linear = name.replaceFirst("\\.weight$", "");
        long[] shape = weights.shape(name);
        if (model.layout().linear(linear).isPresent()) {
          linears.put(linear, new FormatLinear(linear, weights.readMatrix(name), EXACT, false));
        } else {
          Parameter values = Parameter.of(name, weights.read(name), false);
          vectors.put(
              name, new StoredVector(values, DType.F32, shape.length == 1 ? 0 : (int) shape[1]));
        }
      }
      return new TrainedWeights(linears, vectors);
    }

    int[][] texts() {
      int[][] texts = new int[expected.get("sequences").size()][];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = JSON.convertValue(expected.at("/sequences/" + i + "/ids"), int[].class);
      }
      return texts;
    }

    int[] labels() {
      return JSON.convertValue(expected.get("labels"), int[].class);
    }

    @Override
    public void close() {
      weights.close();
    }
  }

  private Fixture open(String name) throws IOException {
    for (String file : List.of("config.json", "expected.json", "model.safetensors")) {
      try (InputStream in =
          ClassifierGradientsTest.class.getResourceAsStream("/classifiers/" + name + "/" + file)) {
        Files.copy(in, temporary.resolve(file));
      }
    }
    JsonNode config = JSON.readTree(temporary.resolve("config.json").toFile());
    JsonNode expected = JSON.readTree(temporary.resolve("expected.json").toFile());
    return new Fixture(
        Architectures.classifier(config, name), Checkpoint.open(temporary), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"opt-classifier", "opt-classifier-projected", "bert-classifier"})
  void gradientsOfEveryTensorAreThoseOfTheOriginalInFloat64(String name) throws IOException {
    try (Fixture fixture = open(name);
        NDManager manager = Engines.newManager()) {
      TrainedWeights trained = fixture.trained();
      try (ClassifierStudent student =
          new ClassifierStudent(
              manager, fixture.model(), fixture.weights(), trained, ProductOperands.UNCHANGED)) {
        double loss = student.backward(fixture.texts(), fixture.labels(), 1);
        assertThat(loss).isCloseTo(fixture.expected().get("loss").doubleValue(), within(1e-5));
        student.takeGradients();
      }
      JsonNode wanted = fixture.expected().get("gradients");
      assertThat(trained.parameters()).hasSize(wanted.size());
      for (Parameter parameter : trained.parameters()) {
        String tensor = parameter.name().replaceFirst("\\.latent$", ".weight");
        JsonNode gradient = wanted.get(tensor);
        double norm = gradient.get("norm").doubleValue();
        double tolerance = 1e-4 * norm + 1e-6;
        assertThat(AdamW.norm(List.of(parameter))).as(tensor).isCloseTo(norm, within(tolerance));
        for (int i = 0; i < gradient.get("at").size(); i++) {
          float found = parameter.gradient()[gradient.at("/at/" + i).intValue()];
          double value = gradient.at("/values/" + i).doubleValue();
          assertThat((double) found).as(tensor).isCloseTo(value, within(tolerance));
        }
      }
    }
  }

  /** Adds a constant of its own to every number: a change whose derivative is truly 1. */
  private static OperandTransform shift(int seed) {
    return (x, matrices, rows, cols) -> {
      Random random = new Random(seed);
      for (int i = 0; i < matrices * rows * cols; i++) {
        x.put(i, x.get(i) + 0.3f * random.nextFloat());
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"opt-classifier", "bert-classifier"})
  void gradientsPassChangedOperandsAsCentralDifferencesSay(String name) throws IOException {
    try (Fixture fixture = open(name);
        NDManager manager = Engines.newManager()) {
      TrainedWeights trained = fixture.trained();
      ProductOperands shifted =
          (product, operand) -> shift(product.path().hashCode() + operand.ordinal());
      try (ClassifierStudent student =
          new ClassifierStudent(manager, fixture.model(), fixture.weights(), trained, shifted)) {
        student.backward(fixture.texts(), fixture.labels(), 1);
        student.takeGradients();
        for (Parameter parameter : trained.parameters()) {
          compare(fixture, student, parameter);
        }
      }
    }
  }

  /** The derivative along the gradient, by central differences, is its norm. */
  private static void compare(Fixture fixture, ClassifierStudent student, Parameter parameter) {
    double norm = AdamW.norm(List.of(parameter));
    if (norm < 1e-3) {
      return;
    }
    float[] kept = parameter.values().clone();
    float[] direction = parameter.gradient().clone();
    double h = 4e-3;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < kept.length; i++) {
        parameter.values()[i] = (float) (kept[i] + (side == 0 ? h : -h) * direction[i] / norm);
      }
      student.refresh();
      losses[side] = student.backward(fixture.texts(), fixture.labels(), 1);
    }
    System.arraycopy(kept, 0, parameter.values(), 0, kept.length);
    student.refresh();
    assertThat((losses[0] - losses[1]) / (2 * h))
        .as(parameter.name())
        .isCloseTo(norm, within(0.03 * norm + 2e-4));
  }
}
