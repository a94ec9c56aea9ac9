package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import dev.pbq.core.testkit.Synthetic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case of the golden manifest against the reference program's results. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PbLlmGoldenTest {
  /** One problem of the manifest, with the Hessian as stored and as pbq accumulates it. */
  private record Problem(
      JsonNode entry, GoldenFile file, FloatMatrix w, Hessian stored, Hessian accumulated) {
    boolean isHalf() {
      return entry.get("weight_dtype").asText().equals("float16");
    }
  }

  private final GoldenSet golden = GoldenSet.find("pb-llm", PbLlmGoldenTest.class);
  private final JsonNode manifest = golden.manifest("manifest.json");
  private final Map<String, Problem> problems = new LinkedHashMap<>();

  @BeforeAll
  void readProblems() {
    for (JsonNode entry : manifest.get("problems")) {
      GoldenFile file = golden.file(entry.get("file").asText());
      int[] shape = file.shape("X");
      Hessian accumulated;
      try (HessianAccumulator accumulator = new HessianAccumulator(shape[2])) {
        float[] x = file.floats("X");
        int sequence = shape[1] * shape[2];
        for (int s = 0; s < shape[0]; s++) {
          float[] part = Arrays.copyOfRange(x, s * sequence, (s + 1) * sequence);
          accumulator.add(Synthetic.direct(part), shape[1], 1);
        }
        accumulated = accumulator.finish("X");
      }
      problems.put(
          entry.get("name").asText(),
          new Problem(
              entry, file, file.matrix("W"), Hessian.of(file.matrix("H"), shape[0]), accumulated));
    }
  }

  @AfterAll
  void closeProblems() {
    problems
        .values()
        .forEach(
            p -> {
              p.stored().close();
              p.accumulated().close();
            });
  }

  @TestFactory
  List<DynamicTest> hessians() {
    List<DynamicTest> tests = new ArrayList<>();
    problems.forEach(
        (name, p) -> {
          tests.add(DynamicTest.dynamicTest(name + " Hessian", () -> compareHessian(p)));
          tests.add(DynamicTest.dynamicTest(name + " dead columns", () -> compareDead(p)));
          tests.add(DynamicTest.dynamicTest(name + " factor", () -> compareFactor(p)));
        });
    return tests;
  }

  private static void compareHessian(Problem p) {
    FloatMatrix expected = p.file().matrix("H");
    int n = expected.rows();
    double[] diagonal = p.accumulated().diagonal();
    double largest = Arrays.stream(diagonal).max().orElseThrow();
    for (int c = 0; c < n; c++) {
      assertThat(diagonal[c]).isCloseTo(expected.get(c, c), within(1e-6 * largest));
    }
    // Off-diagonal entries through the quadratic form of single rows.
    FloatMatrix d = Synthetic.weight(7, n, 3);
    assertThat(p.accumulated().quadraticTrace(d))
        .isCloseTo(traceInDouble(expected, d), within(1e-5 * traceInDouble(expected, d)));
  }

  private static double traceInDouble(FloatMatrix h, FloatMatrix d) {
    double trace = 0;
    for (int r = 0; r < d.rows(); r++) {
      for (int i = 0; i < h.rows(); i++) {
        double sum = 0;
        for (int k = 0; k < h.rows(); k++) {
          sum += (double) h.get(i, k) * d.get(r, k);
        }
        trace += sum * d.get(r, i);
      }
    }
    return trace;
  }

  private static void compareDead(Problem p) {
    List<Integer> expected = new ArrayList<>();
    p.entry().get("dead_columns").forEach(c -> expected.add(c.asInt()));
    expected.sort(null);
    assertThat(p.stored().deadColumns()).containsExactly(toArray(expected));
    assertThat(p.accumulated().deadColumns()).containsExactly(toArray(expected));
  }

  private static int[] toArray(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void compareFactor(Problem p) {
    FloatMatrix expected = p.file().matrix("hinv_upper_percdamp_0.01");
    InverseFactor factor = p.stored().inverseFactor(Damping.of(0.01), "golden");
    assertThat(factor.dampingShare()).isEqualTo(0.01);
    int n = expected.rows();
    float[] row = new float[n];
    for (int r = 0; r < n; r++) {
      factor.row(r, 0, n, row, 0);
      for (int c = 0; c < n; c++) {
        float reference = c < r ? 0f : expected.get(r, c);
        assertThat(row[c])
            .as("U[%d, %d]", r, c)
            .isCloseTo(reference, within(2e-4f * expected.get(r, r)));
      }
    }
  }

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : manifest.get("cases")) {
      Problem p = problems.get(c.get("problem").asText());
      String name = c.get("name").asText();
      if (c.has("reference_raises")) {
        tests.add(DynamicTest.dynamicTest(name + " (reference raises)", () -> survive(c, p)));
      } else {
        tests.add(DynamicTest.dynamicTest(name, () -> compare(c, p, p.stored())));
        tests.add(
            DynamicTest.dynamicTest(name + " from inputs", () -> compare(c, p, p.accumulated())));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  /** Where the reference crashes, pbq works or says why not. */
  private static void survive(JsonNode c, Problem p) {
    Quantization result;
    try {
      result = quantizer(c).quantize(problem(p, p.stored()));
    } catch (PbqException e) {
      assertThat(e.wording().names()).isNotEmpty();
      return;
    }
    for (float q : result.linear().dequantize().data()) {
      assertThat(q).isFinite();
    }
  }

  private void compare(JsonNode c, Problem p, Hessian hessian) {
    FloatMatrix w = p.w();
    GoldenFile expected = golden.file(c.get("file").asText());
    compareMask(c, p, hessian, expected.floats("mask"));

    Quantization result = quantizer(c).quantize(problem(p, hessian));
    FloatMatrix q = result.linear().dequantize();
    if (p.isHalf()) {
      for (int i = 0; i < q.data().length; i++) {
        q.data()[i] = Half.round(q.data()[i]);
      }
    }
    float largest = 0;
    for (float v : w.data()) {
      largest = Math.max(largest, Math.abs(v));
    }
    float[] reference = expected.floats("Q");
    int off = 0;
    for (int i = 0; i < reference.length; i++) {
      if (!(Math.abs(q.data()[i] - reference[i]) <= 1e-5f * largest)) {
        off++;
      }
    }
    assertThat(off).as("entries of Q that differ").isLessThanOrEqualTo(reference.length / 1000);

    double loss = outputError(p, q);
    double expectedLoss = c.get("loss_sum_sq").asDouble();
    assertThat(loss).isCloseTo(expectedLoss, within(1e-3 * expectedLoss));
    double printed = c.get("reference_error_printed").asDouble();
    assertThat(result.diagnostics().get("loss")).isCloseTo(printed, within(1e-3 * printed));
    assertThat(result.diagnostics().get("low_fraction"))
        .isEqualTo(c.get("binarised_count").asDouble() / c.get("total").asDouble());
  }

  private static void compareMask(JsonNode c, Problem p, Hessian hessian, float[] low) {
    boolean byHessian = c.get("metric").asText().equals("hessian");
    float[] pivots =
        byHessian
            ? hessian.inverseFactor(Damping.of(c.get("percdamp").asDouble()), "mask").diagonal()
            : null;
    int groupsize = c.get("groupsize").asInt();
    SalientSelection selection =
        SalientSelection.of(
            p.w(),
            hessian.deadColumns(),
            pivots,
            ColumnGroups.width(groupsize, p.w().cols()),
            c.get("low_frac").asDouble());
    for (int i = 0; i < low.length; i++) {
      assertThat(selection.isSalient(i / p.w().cols(), i % p.w().cols()))
          .as("salient at %d", i)
          .isEqualTo(low[i] == 0);
    }
  }

  /** Sum over all tokens and rows of ((W - Q) x)^2, in float64. */
  private static double outputError(Problem p, FloatMatrix q) {
    int rows = q.rows();
    int cols = q.cols();
    float[] x = p.file().floats("X");
    double loss = 0;
    for (int t = 0; t < x.length / cols; t++) {
      for (int r = 0; r < rows; r++) {
        double y = 0;
        for (int c = 0; c < cols; c++) {
          y += ((double) p.w().get(r, c) - q.get(r, c)) * x[t * cols + c];
        }
        loss += y * y;
      }
    }
    return loss;
  }

  private static LinearProblem problem(Problem p, Hessian hessian) {
    return new LinearProblem("golden", p.w(), Optional.of(hessian));
  }

  private static Quantizer quantizer(JsonNode c) {
    PbLlmSettings settings =
        new PbLlmSettings(
            c.get("low_frac").asDouble(),
            c.get("high_bit").asInt(),
            c.get("metric").asText().equals("hessian")
                ? SalientMetric.HESSIAN
                : SalientMetric.MAGNITUDE,
            c.get("blocksize").asInt(),
            c.get("groupsize").asInt(),
            c.get("percdamp").asDouble(),
            c.get("disable_gptq").asBoolean(),
            false,
            ScaleDtype.F32);
    return new PbLlmProvider().create(c.get("method").asText(), settings);
  }
}
