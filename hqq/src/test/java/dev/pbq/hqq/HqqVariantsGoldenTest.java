package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The variants of the solver against the reference's. */
class HqqVariantsGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases() {
    return golden.described(HqqGolden.listWith("variant")).stream()
        .flatMap(
            file ->
                StreamSupport.stream(file.cases().spliterator(), false)
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                c.get("name").asText(), () -> compare(c, file.tensors()))));
  }

  private static void compare(JsonNode c, GoldenFile expected) {
    String name = c.get("name").asText();
    FloatMatrix w = expected.matrix("W");
    Map<String, Object> values = HqqGolden.exact(c);
    values.putAll(variant(c.get("variant").asText()));
    HqqLinear layer = (HqqLinear) HqqGolden.quantize(HqqGolden.settings(values), w).linear();
    HqqGolden.assertScales(layer.scale(), expected.floats(name + ".scale"));
    HqqGolden.assertCodes(layer, expected.floats(name + ".W_q"));
    HqqGolden.assertZeros(
        ((HqqParameters.Plain) layer.zero()).values(), expected.floats(name + ".zero"));
    double mae = c.get("mae").asDouble();
    assertThat(HqqGolden.meanAbsoluteError(w, layer.dequantize()))
        .isCloseTo(mae, within(1e-3 * mae));
  }

  private static Map<String, Object> variant(String name) {
    return switch (name) {
      case "kappa" -> Map.of("solver", "annealed");
      case "v2default" -> Map.of("solver", "v2");
      case "v2slow" -> Map.of("solver", "v2", "iters", 100, "earlyStop", false);
      case "lp1" -> Map.of("lpNorm", 1.0);
      default -> throw new IllegalStateException("variant " + name);
    };
  }
}
