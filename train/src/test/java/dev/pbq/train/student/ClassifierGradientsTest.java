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
import dev.pbq.core.model.ProductOperands;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of all of a classifier: against float64, and through changed operands. */
class ClassifierGradientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temporary;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  /** A model of the test resources, with its trained tensors. */
  private record Fixture(EncoderClassifier model, Checkpoint weights, JsonNode expected)
      implements AutoCloseable {
    TrainedWeights trained() {
      return GradientChecks.everything(model, weights);
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

  @ParameterizedTest
  @ValueSource(strings = {"opt-classifier", "bert-classifier"})
  void gradientsPassChangedOperandsAsCentralDifferencesSay(String name) throws IOException {
    try (Fixture fixture = open(name);
        NDManager manager = Engines.newManager()) {
      TrainedWeights trained = fixture.trained();
      try (ClassifierStudent student =
          new ClassifierStudent(
              manager, fixture.model(), fixture.weights(), trained, GradientChecks.shifted())) {
        student.backward(fixture.texts(), fixture.labels(), 1);
        student.takeGradients();
        for (Parameter parameter : trained.parameters()) {
          GradientChecks.alongGradient(
              parameter,
              4e-3,
              () -> {
                student.refresh();
                return student.backward(fixture.texts(), fixture.labels(), 1);
              });
        }
      }
    }
  }
}
