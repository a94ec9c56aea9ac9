package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import org.junit.jupiter.api.Test;

/** A layer of the {@code onebit} family computes what the reference program computes. */
class NormalizedLinearTest {
  private final GoldenSet golden = GoldenSet.find("pb-llm", NormalizedLinearTest.class);

  @Test
  void computesTheReferencesOutputs() {
    int cases = 0;
    for (JsonNode entry : golden.manifest("manifest_onebit.json").get("cases")) {
      GoldenFile file = golden.file(entry.get("file").asText());
      FloatMatrix signs = file.matrix("start_weight");
      float[] g = file.floats("g_input_scale");
      float[] h = file.floats("h_output_scale");
      float[] w = new float[h.length * g.length];
      for (int i = 0; i < w.length; i++) {
        w[i] = Math.signum(signs.data()[i]) * (h[i / g.length] * g[i % g.length]);
      }
      float[] found;
      try (NDManager manager = Engines.newManager()) {
        FloatMatrix x = file.matrix("x");
        NDArray weight = manager.create(w, new Shape(h.length, g.length));
        NDArray bias = file.has("bias") ? manager.create(file.floats("bias")) : null;
        LinearLayer layer =
            new LinearLayer("layer", weight, bias, OperandTransform.NONE)
                .in(LinearForm.NORMALIZED, manager);
        found = layer.apply(manager.create(x.data(), new Shape(x.rows(), x.cols()))).toFloatArray();
      }
      float[] expected = file.floats("y");
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i])
            .as("%s[%d]", entry.get("file"), i)
            .isCloseTo(expected[i], within(5e-6f));
      }
      cases++;
    }
    assertThat(cases).isPositive();
  }
}
