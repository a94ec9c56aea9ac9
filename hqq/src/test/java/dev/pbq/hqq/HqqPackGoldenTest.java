package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.export.hqq.SlabPacking;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The reference's packing, to the last bit in both directions. */
class HqqPackGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases() {
    return golden.described(HqqGolden.listWith("packed_shape")).stream()
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
    SlabPacking packing = SlabPacking.of((1 << c.get("nbits").asInt()) - 1).orElseThrow();
    int rows = c.get("in_shape").get(0).asInt();
    int cols = c.get("in_shape").get(1).asInt();
    byte[] codes = expected.bytes(name + ".in");
    byte[] packed = expected.bytes(name + ".packed");
    assertThat(packing.wordRows(rows)).isEqualTo(c.get("packed_shape").get(0).asInt());
    assertThat(packing.word()).isEqualTo(expected.dtype(name + ".packed"));
    assertThat(packing.pack(codes, rows, cols)).isEqualTo(packed);
    assertThat(packing.unpack(packed, rows, cols)).isEqualTo(codes);
  }

  /** Packed codes of whole layers, as the manifest has them beside the codes. */
  @Test
  void packsTheLayersOfTheGrid() {
    int compared = 0;
    for (HqqGolden.Described file : golden.described(json -> json.has("weight"))) {
      for (JsonNode c : file.cases()) {
        String name = c.get("name").asText();
        if (!file.tensors().has(name + ".packed")) {
          continue;
        }
        int[] shape = file.tensors().shape(name + ".W_q");
        byte[] codes = file.tensors().bytes(name + ".W_q");
        SlabPacking packing =
            SlabPacking.of(CodeWidth.of(c.get("nbits").asDouble()).maxCode()).orElseThrow();
        if (shape.length == 2 && packing.holds(shape[0])) {
          assertThat(packing.pack(codes, shape[0], shape[1]))
              .as(name)
              .isEqualTo(file.tensors().bytes(name + ".packed"));
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void refusesRowsThatTheReferenceWouldLose() {
    for (int rows : new int[] {1, 2, 3, 5, 7, 9, 15}) {
      byte[] codes = new byte[rows * 4];
      Arrays.fill(codes, (byte) 1);
      assertThatThrownBy(() -> SlabPacking.U8_1.pack(codes, rows, 4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(SlabPacking.U8_4.holds(rows)).isEqualTo(rows == 2);
      assertThat(SlabPacking.I32_3.unpack(SlabPacking.I32_3.pack(codes, rows, 4), rows, 4))
          .isEqualTo(codes);
    }
  }
}
