package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.layer.SignLinear;
import dev.pbq.train.layer.SignRule;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Bi-Real's layer in the engine against the reference program, and in a whole model. */
class SignedInputsTest {
  @TempDir private static Path temporary;

  private final GoldenSet golden = GoldenSet.find("pb-llm", SignedInputsTest.class);

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("manifest_qat.json").get("cases")) {
      if (entry.path("cls").asText().equals("BiRealLinear")) {
        String file = entry.get("file").asText();
        tests.add(DynamicTest.dynamicTest(file, () -> compare(golden.file(file))));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(2);
    return tests;
  }

  private static void compare(GoldenFile file) {
    FloatMatrix weight = file.matrix("weight");
    SignLinear layer = new SignLinear("layer", weight, SignRule.BIREAL, ScaleDtype.F32);
    float[] used = new float[weight.data().length];
    layer.use(used);
    assertThat(layer.pack().dequantize().data()).isEqualTo(used);
    assertThat(layer.pack()).isInstanceOf(BiRealLinear.class);
    assertThat(layer.form()).isEqualTo(layer.pack().form()).isEqualTo(LinearForm.SIGNED);
    try (NDManager manager = Engines.newManager()) {
      NDArray w = manager.create(used, new Shape(weight.rows(), weight.cols()));
      NDArray x = matrix(manager, file.matrix("x"));
      NDArray up = matrix(manager, file.matrix("grad_y"));
      w.setRequiresGradient(true);
      x.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray y = Linear.linear(SignedInputs.signs(x), w).singletonOrThrow();
        assertClose("y", y, file.floats("y"), 2e-5);
        NDArray target = y.mul(up).sum();
        System.gc();
        collector.backward(target);
      }
      assertClose("grad_x", x.getGradient(), file.floats("grad_x"), 2e-5);
      layer.propagate(w.getGradient().toFloatArray());
    }
    float[] expected = file.floats("grad_weight");
    float[] found = layer.parameters().get(0).gradient();
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).as("grad_weight[%d]", i).isCloseTo(expected[i], within(5e-5f));
    }
  }

  private static NDArray matrix(NDManager manager, FloatMatrix m) {
    return manager.create(m.data(), new Shape(m.rows(), m.cols()));
  }

  private static void assertClose(String what, NDArray found, float[] expected, double tolerance) {
    float[] values = found.toFloatArray();
    assertThat(values).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i])
          .as("%s[%d]", what, i)
          .isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void aGradientStopsAtWeightsBeyondOneAndIsNotScaled() {
    float[] w = {0.5f, -1, 1, 1.5f, -2, 0};
    SignLinear layer =
        new SignLinear("l", new FloatMatrix(1, 6, w), SignRule.BIREAL, ScaleDtype.F32);
    float[] used = new float[6];
    layer.use(used);
    assertThat(used).containsExactly(1, -1, 1, 1, -1, 1);
    layer.propagate(new float[] {3, 3, 3, 3, 3, 3});
    assertThat(layer.parameters().get(0).gradient()).containsExactly(3, 3, 3, 0, 0, 3);
  }

  @Test
  void signsAreExactAndTheirGradientIsTheProgramsWhateverIsCollected() {
    float[] x = {-3, -1, -0.7f, -0.3f, 0, 1e-9f, 0.3f, 0.1f, 0.9f, 1, 5};
    float[] signs = {-1, -1, -1, -1, 0, 1, 1, 1, 1, 1, 1};
    float[] slope = {0, 0, 0.6f, 1.4f, 2, 2, 1.4f, 1.8f, 0.2f, 0, 0};
    try (NDManager manager = Engines.newManager()) {
      for (int round = 0; round < 20; round++) {
        try (NDManager step = manager.newSubManager()) {
          NDArray input = step.create(x);
          input.setRequiresGradient(true);
          try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = SignedInputs.signs(input);
            assertThat(y.toFloatArray()).isEqualTo(signs);
            NDArray sum = y.sum();
            System.gc();
            step.zeros(new Shape(1000));
            collector.backward(sum);
          }
          assertClose("slope", input.getGradient(), slope, 1e-6);
        }
      }
    }
  }

  @Test
  void trainingAndEvaluationOfAModelSeeTheSameOutputs() {
    ModelFolder folder = ModelFolder.open(TinyModel.unpack(temporary));
    CausalModel model = Architectures.of(folder.config(), "tiny");
    Random random = new Random(7);
    int[][] ids = new int[2][16];
    for (int[] window : ids) {
      for (int t = 0; t < window.length; t++) {
        window[t] = 3 + random.nextInt(model.vocabularySize() - 3);
      }
    }
    try (NDManager manager = Engines.newManager();
        Checkpoint weights = Checkpoint.open(folder.path())) {
      TrainedWeights whole = trained(model, weights);
      TrainedWeights pieces = trained(model, weights);
      try (Student one = new Student(manager, model, weights, whole, false);
          Student two = new Student(manager, model, weights, pieces, true)) {
        double mean = 0;
        for (float[] window : one.nextTokenNll(ids)) {
          for (float nll : window) {
            mean += nll / (ids.length * window.length);
          }
        }
        double loss = one.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        double again = two.backward(ids, Objective.LANGUAGE_MODEL, Optional.empty(), 1);
        assertThat(loss).isCloseTo(mean, within(1e-4));
        assertThat(again).isCloseTo(loss, within(1e-5 * loss));
        one.takeGradients();
        two.takeGradients();
      }
      for (int p = 0; p < whole.parameters().size(); p++) {
        Parameter expected = whole.parameters().get(p);
        double norm = AdamW.norm(List.of(expected));
        assertThat(norm).as(expected.name()).isPositive();
        for (int i = 0; i < expected.gradient().length; i++) {
          assertThat((double) pieces.parameters().get(p).gradient()[i])
              .isCloseTo(expected.gradient()[i], within(1e-4 * norm));
        }
      }
    }
  }

  private static TrainedWeights trained(CausalModel model, Checkpoint weights) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    model
        .layout()
        .linears()
        .forEach(
            l ->
                linears.put(
                    l.name(),
                    new SignLinear(
                        l.name(),
                        weights.readMatrix(l.weight()),
                        SignRule.BIREAL,
                        ScaleDtype.F16)));
    return new TrainedWeights(linears, Map.of());
  }
}
