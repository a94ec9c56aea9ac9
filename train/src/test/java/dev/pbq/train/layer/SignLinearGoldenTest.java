package dev.pbq.train.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The other published layers against the reference program: outputs and gradients. */
class SignLinearGoldenTest {
  private static final Map<String, SignRule> RULES =
      Map.of(
          "BinaryLinear", SignRule.BNN,
          "XnorBinaryLinear", SignRule.XNOR,
          "IrBinaryLinear", SignRule.IR,
          "FdaBinaryLinear", SignRule.FDA);

  private final GoldenSet golden = GoldenSet.find("pb-llm", SignLinearGoldenTest.class);

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("manifest_qat.json").get("cases")) {
      SignRule rule = RULES.get(entry.path("cls").asText());
      if (rule != null) {
        String file = entry.get("file").asText();
        tests.add(DynamicTest.dynamicTest(file, () -> compare(golden.file(file), rule)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(8);
    return tests;
  }

  private static void compare(GoldenFile file, SignRule rule) {
    FloatMatrix weight = file.matrix("weight");
    SignLinear layer = new SignLinear("layer", weight, rule, ScaleDtype.F32);
    float[] used = new float[weight.data().length];
    layer.use(used);
    FloatMatrix x = file.matrix("x");
    float[] y = file.floats("y");
    float[] bias = file.floats("bias");
    for (int t = 0, at = 0; t < x.rows(); t++) {
      for (int r = 0; r < weight.rows(); r++, at++) {
        double sum = bias[r];
        for (int c = 0; c < x.cols(); c++) {
          sum += (double) x.get(t, c) * used[r * x.cols() + c];
        }
        assertThat(sum).as("y[%d]", at).isCloseTo(y[at], within(2e-5));
      }
    }
    layer.propagate(SalientBinaryLinearGoldenTest.weightGradient(file));
    float[] expected = file.floats("grad_weight");
    float[] found = layer.parameters().get(0).gradient();
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).as("gradient[%d]", i).isCloseTo(expected[i], within(5e-5f));
    }
    assertThat(layer.pack().dequantize().data()).isEqualTo(used);
  }
}
