package dev.pbq.train.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** PB-LLM's layer against the reference program: mask, weight in use, gradient. */
class SalientBinaryLinearGoldenTest {
  private final GoldenSet golden = GoldenSet.find("pb-llm", SalientBinaryLinearGoldenTest.class);

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("manifest_qat.json").get("cases")) {
      boolean frozen = !entry.path("train_outlier").asBoolean(false);
      if (entry.get("kind").asText().equals("qat_pb_layer") && frozen) {
        String file = entry.get("file").asText();
        double fraction = entry.get("outlier_fraction").asDouble();
        tests.add(DynamicTest.dynamicTest(file, () -> compare(golden.file(file), fraction, entry)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(2);
    return tests;
  }

  private static void compare(GoldenFile file, double fraction, JsonNode entry) {
    FloatMatrix start = file.matrix("weight");
    byte[] expected = file.bytes("outlier_mask");
    long[] mask = SalientWeights.largest(start, fraction);
    int marked = 0;
    for (int i = 0; i < expected.length; i++) {
      boolean salient = (mask[i >>> 6] >>> i & 1) != 0;
      assertThat(salient).as("weight %d", i).isEqualTo(expected[i] != 0);
      marked += salient ? 1 : 0;
    }
    assertThat(marked).isEqualTo(entry.get("n_outliers").asInt());

    // The reference's 8-bit step wraps codes around; the layer is compared from after that step on.
    FloatMatrix weight = file.matrix("weight_after_8bit_step");
    float[] used = file.floats("weight_used");
    SalientBinaryLinear layer =
        new SalientBinaryLinear("layer", weight, frozenAt(mask, weight), ScaleDtype.F32);
    float[] weightUsed = new float[used.length];
    layer.use(weightUsed);
    float scale = file.floats("scale_used")[0];
    assertThat(layer.alpha()).isCloseTo(scale, within(2e-7f));
    float[] gradient = weightGradient(file);
    layer.propagate(gradient.clone());
    float[] latent = layer.parameters().get(0).gradient();
    float[] wanted = file.floats("grad_weight");
    for (int i = 0; i < used.length; i++) {
      boolean salient = expected[i] != 0;
      if (!salient && weight.data()[i] != 0) {
        assertThat(weightUsed[i]).as("used %d", i).isCloseTo(used[i], within(2e-7f));
      }
      assertThat(latent[i]).as("gradient %d", i).isCloseTo(wanted[i], within(2e-5f));
    }
  }

  /** Salient weights exactly as they are; their codes do not matter here. */
  private static SalientWeights frozenAt(long[] mask, FloatMatrix weight) {
    float[] scale = new float[weight.rows()];
    Arrays.fill(scale, 1);
    return new SalientWeights(
        mask, new byte[weight.data().length], new AffineGrid(8, scale, new int[weight.rows()]));
  }

  /** dL/dW = grad_y^T x. */
  static float[] weightGradient(GoldenFile file) {
    FloatMatrix y = file.matrix("grad_y");
    FloatMatrix x = file.matrix("x");
    float[] gradient = new float[y.cols() * x.cols()];
    for (int r = 0; r < y.cols(); r++) {
      for (int c = 0; c < x.cols(); c++) {
        double sum = 0;
        for (int t = 0; t < x.rows(); t++) {
          sum += (double) y.get(t, r) * x.get(t, c);
        }
        gradient[r * x.cols() + c] = (float) sum;
      }
    }
    return gradient;
  }
}
