package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Scales and zero points that are quantized themselves. */
class HqqMetaGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases() {
    return golden.described(HqqGolden.listWith("quant_zero")).stream()
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
    HqqLinear layer =
        (HqqLinear) HqqGolden.quantize(HqqGolden.settings(settings(c, expected, w)), w).linear();
    HqqGolden.assertCodes(layer, unpacked(expected, name, layer));
    compare(layer.scale(), expected, name, "scale");
    compare(layer.zero(), expected, name, "zero");

    if (!expected.has(name + ".deq")) {
      return;
    }
    float[] deq = expected.floats(name + ".deq");
    float[] ours = layer.dequantize().data();
    int off = 0;
    for (int i = 0; i < deq.length; i++) {
      if (!(Math.abs(ours[i] - deq[i]) <= 1e-5)) {
        off++;
      }
    }
    assertThat(off).as("weights that differ").isLessThanOrEqualTo(deq.length / 1000);
  }

  /**
   * The layer's own settings are not in the description: width and group follow from the shapes.
   */
  private static Map<String, Object> settings(JsonNode c, GoldenFile expected, FloatMatrix w) {
    int[] packed = expected.shape(c.get("name").asText() + ".W_q");
    int groups = packed[1];
    int groupsize = w.data().length / groups;
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("bits", 8 * packed[0] / groupsize);
    settings.put("groupsize", groupsize);
    settings.put("axis", 0);
    settings.put("roundZero", false);
    settings.put("scaleDtype", "f32");
    settings.put("referenceCodes", true);
    settings.put("quantZero", c.get("quant_zero").asBoolean());
    settings.put("quantScale", c.get("quant_scale").asBoolean());
    put(settings, "zeroGroupsize", c.get("zero_params"));
    put(settings, "scaleGroupsize", c.get("scale_params"));
    return settings;
  }

  private static void put(Map<String, Object> settings, String key, JsonNode parameters) {
    if (!parameters.isNull()) {
      assertThat(parameters.get("nbits").asInt()).isEqualTo(8);
      assertThat(parameters.get("optimize").asBoolean()).isFalse();
      JsonNode size = parameters.get("group_size");
      settings.put(key, size.isNull() ? -1 : size.asInt());
    }
  }

  private static float[] unpacked(GoldenFile expected, String name, HqqLinear layer) {
    byte[] packed = expected.bytes(name + ".W_q");
    int bits = layer.codeBits();
    int k = 8 / bits;
    float[] codes = new float[packed.length * k];
    for (int slab = 0; slab < k; slab++) {
      for (int i = 0; i < packed.length; i++) {
        codes[slab * packed.length + i] =
            (packed[i] & 0xff) >>> (8 - bits * (slab + 1)) & layer.maxCode();
      }
    }
    return codes;
  }

  private static void compare(HqqParameters ours, GoldenFile expected, String name, String which) {
    if (ours instanceof HqqParameters.Plain plain) {
      HqqGolden.assertZeros(plain.values(), expected.floats(name + "." + which));
      return;
    }
    HqqParameters.Coded coded = (HqqParameters.Coded) ours;
    float[] scale = expected.floats(name + ".meta_" + which + ".scale");
    float[] zero = expected.floats(name + ".meta_" + which + ".zero");
    HqqGolden.assertZeros(coded.scale(), scale);
    HqqGolden.assertZeros(coded.zero(), zero);
    byte[] codes = expected.bytes(name + "." + which + "_q");
    HqqParameters theirs = new HqqParameters.Coded(coded.groupSize(), codes, scale, zero);
    float[] a = coded.values(ComputeDtype.F32);
    float[] b = theirs.values(ComputeDtype.F32);
    int off = 0;
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= 1e-4 * (1 + Math.abs(b[i])))) {
        off++;
      }
    }
    assertThat(off).as(which + " that differ").isLessThanOrEqualTo(a.length / 100);
  }
}
