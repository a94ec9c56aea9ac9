package dev.pbq.train.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** OneBit's start, gradients and packing against the reference program. */
class OneBitGoldenTest {
  private final GoldenSet golden = GoldenSet.find("pb-llm", OneBitGoldenTest.class);

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("manifest_onebit.json").get("cases")) {
      String file = entry.get("file").asText();
      tests.add(DynamicTest.dynamicTest(file, () -> compare(golden.file(file))));
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(2);
    return tests;
  }

  private static void compare(GoldenFile file) throws IOException {
    FloatMatrix original = file.matrix("weight");
    OneBitTrained start = OneBitTrained.start("layer", original, ScaleDtype.F32);
    assertClose("start", start.parameters().get(0).values(), file.floats("start_weight"), 1e-9);
    // The reference stops after five rounds; here the vectors have converged.
    assertClose("g", start.parameters().get(1).values(), file.floats("g_input_scale"), 1e-6);
    assertClose("h", start.parameters().get(2).values(), file.floats("h_output_scale"), 1e-6);

    float[] w = file.floats("start_weight");
    OneBitTrained layer =
        new OneBitTrained(
            "layer",
            new FloatMatrix(original.rows(), original.cols(), w),
            file.floats("g_input_scale"),
            file.floats("h_output_scale"),
            ScaleDtype.F32);
    float[] used = new float[w.length];
    layer.use(used);
    layer.propagate(weightGradient(file, used, original.cols()));
    assertClose("dW", layer.parameters().get(0).gradient(), file.floats("grad_weight"), 3e-5);
    assertClose("dg", layer.parameters().get(1).gradient(), file.floats("grad_g"), 3e-4);
    assertClose("dh", layer.parameters().get(2).gradient(), file.floats("grad_h"), 3e-4);

    PackedTensorCollector packed = new PackedTensorCollector("layer");
    OneBitLinear linear = (OneBitLinear) layer.pack();
    linear.write(packed);
    assertThat(linear.dequantize().data()).isEqualTo(used);
    TensorEntry signs = packed.entries().get(0);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    signs.source().writeTo(Channels.newChannel(bytes));
    assertThat(bytes.toByteArray()).isEqualTo(file.bytes("packed"));
  }

  /** dL/dW of norm(x W^T) for dL/dout = grad_y, in double. */
  private static float[] weightGradient(GoldenFile file, float[] weight, int cols) {
    FloatMatrix x = file.matrix("x");
    FloatMatrix up = file.matrix("grad_y");
    int rows = up.cols();
    double[] gradient = new double[rows * cols];
    for (int t = 0; t < x.rows(); t++) {
      double[] y = new double[rows];
      double mean = 0;
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          y[r] += (double) weight[r * cols + c] * x.get(t, c);
        }
        mean += y[r] / rows;
      }
      double variance = 0;
      for (int r = 0; r < rows; r++) {
        variance += (y[r] - mean) * (y[r] - mean) / rows;
      }
      double root = Math.sqrt(variance + 1e-5);
      double meanUp = 0;
      double meanProduct = 0;
      for (int r = 0; r < rows; r++) {
        meanUp += up.get(t, r) / (double) rows;
        meanProduct += up.get(t, r) * (y[r] - mean) / root / rows;
      }
      for (int r = 0; r < rows; r++) {
        double d = (up.get(t, r) - meanUp - (y[r] - mean) / root * meanProduct) / root;
        for (int c = 0; c < cols; c++) {
          gradient[r * cols + c] += d * x.get(t, c);
        }
      }
    }
    float[] result = new float[gradient.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) gradient[i];
    }
    return result;
  }

  private static void assertClose(String what, float[] found, float[] expected, double tolerance) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("%s[%d]", what, i)
          .isCloseTo(expected[i], within(tolerance * Math.max(1, largest)));
    }
  }
}
