package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.arithmetic.TensorFormat;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The reference's operations under its shipped configurations: operands bit for bit, products to
 * 1e-5; gradients of the sum of squares are those of the straight-through estimate.
 */
class OperationsGoldenTest {
  private static final Map<String, String> PRESETS =
      Map.ofEntries(
          Map.entry("bfp_4bit", "bfp-w4a4"),
          Map.entry("bfp_6bit", "bfp-w6a6"),
          Map.entry("block_fp", "bfp-w8a8"),
          Map.entry("block_log", "bl-w8a8"),
          Map.entry("block_minifloat", "bmf-w8a8"),
          Map.entry("integer", "int-w8a8"),
          Map.entry("log", "log-w8a8"),
          Map.entry("minifloat_denorm", "dmf-w8a8"),
          Map.entry("minifloat_ieee", "minifloat-w8a8"));

  private final GoldenSet golden = GoldenSet.find("hqq-and-blocks", OperationsGoldenTest.class);

  @TestFactory
  List<DynamicTest> configurations() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("MANIFEST.json").get("files")) {
      String path = entry.get("path").asText();
      if (!path.matches("blockmod.*\\.json")) {
        continue;
      }
      GoldenFile file = golden.file(path.replace(".json", ".safetensors"));
      tests.add(DynamicTest.dynamicTest(path + " rotary", () -> compareRotary(file)));
      for (JsonNode c : golden.manifest(path)) {
        String name = c.get("config").asText();
        tests.add(DynamicTest.dynamicTest(name + " preset", () -> comparePreset(c)));
        tests.add(DynamicTest.dynamicTest(name + " linear", () -> compareLinear(c, file)));
        tests.add(DynamicTest.dynamicTest(name + " products", () -> compareProducts(c, file)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests;
  }

  private static void comparePreset(JsonNode c) {
    QuantConfig preset = Presets.of(PRESETS.get(c.get("config").asText()));
    assertThat(preset.toJson().get("default")).isEqualTo(c.get("default"));
  }

  private static ModelFormats formats(JsonNode c, Architecture architecture) {
    ObjectNode tables = new ObjectMapper().createObjectNode();
    tables.set("default", c.get("default"));
    return new ModelFormats(QuantConfig.of(tables), architecture, 1, Rules.COMPAT);
  }

  private static void compareLinear(JsonNode c, GoldenFile file) {
    OperationFormats linear = formats(c, Architecture.OPT).operation(0, "fc1");
    String name = c.get("config").asText();
    float[] x = quantized(linear.of(OperandRole.DATA_IN), file, "x", true);
    float[] w = quantized(linear.of(OperandRole.WEIGHT), file, "w", false);
    float[] b = quantized(linear.of(OperandRole.BIAS), file, "b", false);
    if (!file.has(name + ".linear_wq")) {
      // The reference's layer fails; ours is as its bare quantizer.
      assertThat(c.has("linear_error")).isTrue();
      return;
    }
    assertSame(w, file.floats(name + ".linear_wq"));
    assertSame(b, file.floats(name + ".linear_bq"));
    assertSame(x, file.floats(name + ".linear_xq"));
    int inputs = file.shape("w")[1];
    int outputs = b.length;
    int tokens = x.length / inputs;
    double[] y = new double[tokens * outputs];
    for (int t = 0; t < tokens; t++) {
      for (int o = 0; o < outputs; o++) {
        double sum = b[o];
        for (int i = 0; i < inputs; i++) {
          sum += (double) x[t * inputs + i] * w[o * inputs + i];
        }
        y[t * outputs + o] = sum;
      }
    }
    assertClose(y, file.floats(name + ".linear_y"));
    if (file.has(name + ".grad_w")) {
      compareGradients(name, file, x, w, y);
    }
  }

  private static void compareGradients(
      String name, GoldenFile file, float[] x, float[] w, double[] y) {
    int inputs = file.shape("w")[1];
    int outputs = file.shape("w")[0];
    double[] gradX = new double[x.length];
    double[] gradW = new double[w.length];
    double[] gradB = new double[outputs];
    for (int i = 0; i < y.length; i++) {
      int t = i / outputs;
      int o = i % outputs;
      gradB[o] += 2 * y[i];
      for (int k = 0; k < inputs; k++) {
        gradX[t * inputs + k] += 2 * y[i] * w[o * inputs + k];
        gradW[o * inputs + k] += 2 * y[i] * x[t * inputs + k];
      }
    }
    assertClose(gradX, file.floats(name + ".grad_x"));
    assertClose(gradW, file.floats(name + ".grad_w"));
    assertClose(gradB, file.floats(name + ".grad_b"));
  }

  private static void compareProducts(JsonNode c, GoldenFile file) {
    for (Architecture architecture : List.of(Architecture.OPT, Architecture.LLAMA)) {
      ModelFormats formats = formats(c, architecture);
      String config = c.get("config").asText();
      for (String path : List.of(architecture.scores(), architecture.context())) {
        boolean scores = path.equals(architecture.scores());
        String expected = config + path.replace("self_attn", "");
        if (!file.has(expected)) {
          assertThat(c.has(expected.contains("bmm") ? "bmm_error" : "matmul_error")).isTrue();
          continue;
        }
        compareProduct(
            formats.operation(0, path),
            file,
            scores ? "q" : "p",
            scores ? "k" : "v",
            scores,
            file.floats(expected));
      }
    }
  }

  private static void compareProduct(
      OperationFormats product,
      GoldenFile file,
      String left,
      String right,
      boolean transpose,
      float[] expected) {
    int[] shape = file.shape(left);
    int heads = shape[0] * shape[1];
    int rows = shape[2];
    int inner = shape[3];
    int cols = transpose ? file.shape(right)[2] : file.shape(right)[3];
    float[] a = file.floats(left);
    float[] b = file.floats(right);
    b = transpose ? transposed(b, heads, cols, inner) : b;
    quantize(product.of(OperandRole.DATA_IN), a, heads, rows, inner);
    quantize(product.of(OperandRole.WEIGHT), b, heads, inner, cols);
    double[] y = new double[heads * rows * cols];
    for (int h = 0; h < heads; h++) {
      for (int r = 0; r < rows; r++) {
        for (int k = 0; k < cols; k++) {
          double sum = 0;
          for (int i = 0; i < inner; i++) {
            sum += (double) a[(h * rows + r) * inner + i] * b[(h * inner + i) * cols + k];
          }
          y[(h * rows + r) * cols + k] = sum;
        }
      }
    }
    assertClose(y, expected);
  }

  private static float[] transposed(float[] x, int matrices, int rows, int cols) {
    float[] y = new float[x.length];
    for (int m = 0; m < matrices; m++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          y[(m * cols + c) * rows + r] = x[(m * rows + r) * cols + c];
        }
      }
    }
    return y;
  }

  /** All presets have the same tables. */
  private static void compareRotary(GoldenFile file) {
    ModelFormats formats =
        new ModelFormats(Presets.of("bfp-w6a6"), Architecture.LLAMA, 1, Rules.COMPAT);
    Optional<TensorFormat> format =
        formats.operation(0, Architecture.LLAMA.rotary().orElseThrow()).of(OperandRole.DATA_IN);
    float[] cos = quantized(format, file, "cos", false);
    float[] sin = quantized(format, file, "sin", false);
    int[] shape = file.shape("q");
    int tokens = shape[2];
    int width = shape[3];
    for (String name : List.of("q", "k")) {
      float[] x = file.floats(name);
      double[] y = new double[x.length];
      for (int i = 0; i < y.length; i++) {
        int c = i % width;
        int table = i / width % tokens * width + c;
        double other = c < width / 2 ? -x[i + width / 2] : x[i - width / 2];
        y[i] = x[i] * (double) cos[table] + other * sin[table];
      }
      assertClose(y, file.floats("rope_" + name));
    }
  }

  private static float[] quantized(
      Optional<TensorFormat> format, GoldenFile file, String name, boolean skipFirst) {
    float[] x = file.floats(name);
    format.orElseThrow().quantize(FloatBuffer.wrap(x), skipFirst, file.shape(name));
    return x;
  }

  private static void quantize(Optional<TensorFormat> format, float[] x, int... shape) {
    format.ifPresent(f -> f.quantize(FloatBuffer.wrap(x), true, shape));
  }

  /** Equal numbers; zeros may differ in sign. */
  private static void assertSame(float[] y, float[] expected) {
    assertThat(y).hasSameSizeAs(expected);
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i] + 0f).as("at %d", i).isEqualTo(expected[i] + 0f);
    }
  }

  private static void assertClose(double[] y, float[] expected) {
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    assertThat(y).hasSameSizeAs(expected);
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i]).as("at %d", i).isCloseTo(expected[i], within(1e-5 * largest));
    }
  }
}
