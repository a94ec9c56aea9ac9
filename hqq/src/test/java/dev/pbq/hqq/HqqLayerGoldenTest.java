package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.export.hqq.HqqLayerReader;
import dev.pbq.export.hqq.HqqLayerWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The reference's layers: read, dequantized, and written again byte for byte. */
class HqqLayerGoldenTest {
  private final HqqGolden golden = new HqqGolden();

  @TestFactory
  Stream<DynamicTest> cases(@TempDir Path folder) {
    return golden.described(HqqGolden.listWith("state_dict")).stream()
        .flatMap(
            file ->
                StreamSupport.stream(file.cases().spliterator(), false)
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                c.get("name").asText(), () -> compare(c, file.tensors(), folder))));
  }

  private static void compare(JsonNode c, GoldenFile expected, Path folder) {
    String name = c.get("name").asText();
    Path copy = folder.resolve(name + ".safetensors");
    List<TensorEntry> entries = new ArrayList<>();
    for (String tensor : expected.names(name + ".sd.")) {
      long[] shape = java.util.Arrays.stream(expected.shape(tensor)).asLongStream().toArray();
      entries.add(
          TensorEntry.ofBytes(tensor, expected.dtype(tensor), shape, expected.bytes(tensor)));
    }
    SafetensorsWriter.write(copy, entries, Map.of());
    HqqLinear layer;
    try (SafetensorsFile source = SafetensorsFile.open(copy)) {
      layer = HqqLayerReader.read(source, name + ".sd");
    }
    FloatMatrix weight = layer.dequantize();
    assertThat(weight.data()).isEqualTo(expected.floats(name + ".deq"));
    if (expected.has(name + ".y")) {
      compareForward(expected, name, weight);
    }
    if (!c.get("view_as_float").asBoolean()) {
      compareWritten(c, expected, name, layer, folder);
    }
  }

  private static void compareForward(GoldenFile expected, String name, FloatMatrix weight) {
    FloatMatrix x = expected.matrix("x");
    FloatMatrix y = expected.matrix(name + ".y");
    float[] bias = expected.floats(name + ".sd.bias");
    double largest = 0;
    for (float value : y.data()) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < x.rows(); i++) {
      for (int o = 0; o < weight.rows(); o++) {
        double sum = bias[o];
        for (int k = 0; k < x.cols(); k++) {
          sum += (double) x.get(i, k) * weight.get(o, k);
        }
        assertThat(Math.abs(sum - y.get(i, o))).isLessThanOrEqualTo(1e-5 * largest);
      }
    }
  }

  private static void compareWritten(
      JsonNode c, GoldenFile expected, String name, HqqLinear layer, Path folder) {
    Path file = folder.resolve(name + "-written.safetensors");
    SafetensorsWriter.write(file, HqqLayerWriter.entries(name + ".sd", () -> layer), Map.of());
    GoldenFile written = GoldenFile.read(file);
    List<String> theirs = new ArrayList<>(expected.names(name + ".sd."));
    theirs.remove(name + ".sd.bias");
    assertThat(written.names(name + ".sd.")).containsExactlyInAnyOrderElementsOf(theirs);
    for (String tensor : theirs) {
      assertThat(written.dtype(tensor)).as(tensor).isEqualTo(expected.dtype(tensor));
      assertThat(written.shape(tensor)).as(tensor).isEqualTo(expected.shape(tensor));
      assertThat(written.bytes(tensor)).as(tensor).isEqualTo(expected.bytes(tensor));
    }
    assertThat(c.get("state_dict").size()).isEqualTo(theirs.size() + 1);
  }
}
