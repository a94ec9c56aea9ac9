package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.hqq.solver.Ranges;
import dev.pbq.hqq.solver.Solution;
import dev.pbq.hqq.solver.ZeroSolver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The quantizer and its solver against every matrix, width, group and axis of the manifest. */
class HqqGridGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases() {
    List<HqqGolden.Described> files = golden.described(json -> json.has("weight"));
    return files.stream()
        .flatMap(
            file ->
                StreamSupport.stream(file.cases().spliterator(), false)
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                c.get("name").asText(),
                                () ->
                                    compare(
                                        c,
                                        file.tensors().matrix(file.json().get("weight").asText()),
                                        file.tensors()))));
  }

  private static void compare(JsonNode c, FloatMatrix w, GoldenFile expected) {
    String name = c.get("name").asText();
    Map<String, Object> values = HqqGolden.exact(c);
    HqqSettings settings = HqqGolden.settings(values);
    Quantization result = HqqGolden.quantize(settings, w);
    HqqLinear layer = (HqqLinear) result.linear();
    HqqGolden.assertScales(layer.scale(), expected.floats(name + ".scale"));
    HqqGolden.assertCodes(layer, expected.floats(name + ".W_q"));
    float[] zero = expected.floats(name + ".zero");
    HqqGolden.assertZeros(((HqqParameters.Plain) layer.zero()).values(), zero);
    if (!c.get("mae").isNull()) {
      double mae = c.get("mae").asDouble();
      assertThat(HqqGolden.meanAbsoluteError(w, layer.dequantize()))
          .isCloseTo(mae, within(1e-3 * mae));
    }
    if (settings.optimize()) {
      compareIterations(c, result);
    }
    if (expected.has(name + ".zero_trace")) {
      compareTrace(expected, name, values, layer, w);
    }
    compareDequantized(c, expected, layer);
  }

  private static void compareIterations(JsonNode c, Quantization result) {
    int run = c.get("iters_run").asInt();
    double iterations = result.diagnostics().get("iterations");
    assertThat(iterations).isCloseTo(run, within(1.0));
    double last = c.get("errors").get(run - 1).asDouble();
    assertThat(result.diagnostics().get("mean_abs_error")).isCloseTo(last, within(1e-4 * last));
  }

  /** The zero points after every iteration, and the error of each. */
  private static void compareTrace(
      GoldenFile expected,
      String name,
      Map<String, Object> values,
      HqqLinear layer,
      FloatMatrix w) {
    float[] trace = expected.floats(name + ".zero_trace");
    int groups = layer.zero().count();
    Ranges ranges = Ranges.of(w.data(), layer.groups());
    float[] inverse = new float[groups];
    float[] start = new float[groups];
    HqqSettings settings = HqqGolden.settings(values);
    for (int g = 0; g < groups; g++) {
      inverse[g] = settings.grid().inverseScale(ranges.lo()[g], ranges.hi()[g]);
      start[g] = settings.grid().zero(ranges.lo()[g], ranges.hi()[g], inverse[g]);
    }
    for (int i = 0; i < trace.length / groups; i++) {
      values.put("iters", i + 1);
      Solution solution =
          new ZeroSolver(
                  w.data(),
                  layer.groups(),
                  layer.maxCode(),
                  HqqGolden.settings(values).solverOptions())
              .solve(ranges, inverse, start);
      HqqGolden.assertZeros(
          solution.zero(), Arrays.copyOfRange(trace, i * groups, (i + 1) * groups));
    }
  }

  /** Given the reference's codes, scales and zero points, its weights come out to the last bit. */
  private static void compareDequantized(JsonNode c, GoldenFile expected, HqqLinear ours) {
    if (!c.get("dequant_error").isNull()) {
      return;
    }
    String name = c.get("name").asText();
    byte[] codes = expected.bytes(name + ".W_q");
    HqqLinear theirs =
        new HqqLinear(
            ours.rows(),
            ours.cols(),
            ours.groups(),
            ours.maxCode(),
            ours.scaleDtype(),
            ours.compute(),
            codes,
            new HqqParameters.Plain(expected.floats(name + ".scale")),
            new HqqParameters.Plain(expected.floats(name + ".zero")));
    float[] values = theirs.dequantize().data();
    if (expected.has(name + ".deq")) {
      assertThat(values).isEqualTo(expected.floats(name + ".deq"));
    }
    assertThat(sha256(values)).isEqualTo(c.get("deq_sha256").asText());
  }

  private static String sha256(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
