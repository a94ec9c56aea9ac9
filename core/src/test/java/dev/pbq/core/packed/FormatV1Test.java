package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.FormatV1Fixtures.Fixture;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
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
  void everyCodingIsAmongThem() throws IOException {
    Set<String> seen = new HashSet<>();
    boolean classes = false;
    for (String name : names().toList()) {
      Fixture fixture = read(name);
      var attributes = fixture.stored().attributes();
      seen.add(attributes.get("family") + " " + attributes.get("low"));
      seen.add("mask " + attributes.get("mask"));
      if ("range".equals(attributes.get("mask"))) {
        byte[] mask = fixture.stored().parts().get("mask").bytes();
        classes |= mask[0] > 0 && mask[1] > 0;
      }
    }
    assertThat(seen)
        .contains(
            "uniform null",
            "hqq null",
            "salient-split binary",
            "salient-split one-sided",
            "salient-split uniform",
            "salient-split zero",
            "salient-split verbatim",
            "mask raw",
            "mask range");
    assertThat(classes).as("a mask with classes of rows and of columns").isTrue();
  }

  private static Fixture read(String name) throws IOException {
    try (InputStream in = FormatV1Test.class.getResourceAsStream("/packed/v1/" + name + ".gz")) {
      assertThat(in).as(name).isNotNull();
      return FormatV1Fixtures.read(in);
    }
  }
}
