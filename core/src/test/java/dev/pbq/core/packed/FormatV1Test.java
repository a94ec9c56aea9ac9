package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.FormatV1Fixtures.Fixture;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that version 1 of the format stored must be readable for ever. */
class FormatV1Test {
  static Stream<String> names() {
    return FormatV1Fixtures.layers().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void storedLayersReadAsTheyWere(String name) throws IOException {
    Fixture fixture = read(name);
    assertThat(fixture.stored().attributes()).containsEntry("version", 1);
    QuantizedLinear layer = PackedLinears.read(fixture.stored().reader(name));
    assertThat(layer.dequantize()).isEqualTo(fixture.weights());
    MemoryPackedWriter rewritten = MemoryPackedWriter.of(layer);
    assertThat(PackedLinears.read(rewritten.reader(name))).isEqualTo(layer);
  }

  @Test
  void everyFamilyIsAmongThemAndDocumented() throws IOException {
    Set<Class<?>> families = new HashSet<>();
    String document = Files.readString(Path.of("..", "docs", "format.md"));
    for (QuantizedLinear layer : FormatV1Fixtures.layers().values()) {
      families.add(layer.getClass());
      assertThat(document).contains("\n## Family `" + layer.family() + "`");
    }
    assertThat(families).containsExactlyInAnyOrder(QuantizedLinear.class.getPermittedSubclasses());
  }

  @Test
  void everyCodingIsAmongThem() throws IOException {
    Set<String> seen = new HashSet<>();
    boolean classes = false;
    for (String name : names().toList()) {
      Fixture fixture = read(name);
      var attributes = fixture.stored().attributes();
      seen.add(attributes.get("family") + " " + attributes.get("low"));
      seen.add(attributes.get("family") + " " + attributes.get("format"));
      seen.add("mask " + attributes.get("mask"));
      for (String key : List.of("coding", "step_dtype", "row_scales", "states")) {
        seen.add(key + " " + attributes.get(key));
      }
      for (String key : List.of("means", "col_scales", "bitmaps", "column_mask")) {
        seen.add(key + " " + attributes.get(key));
      }
      seen.add("second class " + attributes.get("other_class_1"));
      seen.add("salient class " + attributes.get("salient_class_0"));
      if ("range".equals(attributes.get("mask"))) {
        byte[] mask = fixture.stored().parts().get("mask").bytes();
        classes |= mask[0] > 0 && mask[1] > 0;
      }
    }
    assertThat(seen)
        .contains(
            "uniform null",
            "hqq null",
            "onebit null",
            "bi-real null",
            "low-rank null",
            "entropy-coded null",
            "coding adaptive",
            "coding rans",
            "step_dtype u8",
            "step_dtype f16",
            "step_dtype f32",
            "row_scales f16",
            "row_scales none",
            "states 1",
            "states 4",
            "states 8",
            "salient-split binary",
            "salient-split one-sided",
            "salient-split uniform",
            "salient-split zero",
            "salient-split verbatim",
            "block-format integer",
            "block-format log",
            "block-format minifloat_ieee",
            "block-format minifloat_denorm",
            "block-format block_fp",
            "block-format block_minifloat",
            "block-format block_log",
            "mask raw",
            "mask range",
            "means each",
            "means block",
            "means none",
            "col_scales each",
            "col_scales block",
            "bitmaps raw",
            "bitmaps coded",
            "second class raw",
            "second class range",
            "salient class range");
    assertThat(classes).as("a mask with classes of rows and of columns").isTrue();
  }

  private static Fixture read(String name) throws IOException {
    try (InputStream in = FormatV1Test.class.getResourceAsStream("/packed/v1/" + name + ".gz")) {
      assertThat(in).as(name).isNotNull();
      return FormatV1Fixtures.read(in);
    }
  }
}
