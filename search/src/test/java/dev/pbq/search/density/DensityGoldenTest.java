package dev.pbq.search.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.testkit.GoldenSet;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.Presets;
import dev.pbq.formats.config.QuantConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The figures of the reference's profiler, exactly. */
class DensityGoldenTest {
  private final GoldenSet golden = GoldenSet.find("hqq-and-blocks", DensityGoldenTest.class);

  @TestFactory
  List<DynamicTest> models() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("MANIFEST.json").get("files")) {
      if (entry.get("path").asText().matches("density.*\\.json")) {
        for (JsonNode c : golden.manifest(entry.get("path").asText())) {
          tests.add(
              DynamicTest.dynamicTest(
                  c.get("model").asText()
                      + " "
                      + c.get("seq_len")
                      + " w"
                      + c.get("weight_width")
                      + "a"
                      + c.get("data_in_width"),
                  () -> compare(c)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests;
  }

  private static void compare(JsonNode c) {
    if (c.get("arch").asText().equals("llama")) {
      compare(c, Architecture.LLAMA);
    } else {
      compare(c, Architecture.OPT);
      // BERT's block has six linears with biases of the same shapes, and the same two products.
      compare(c, Architecture.BERT);
    }
  }

  private static void compare(JsonNode c, Architecture architecture) {
    Density density =
        new DensityProfile(formats(c, architecture), c.get("seq_len").asInt())
            .of(operations(c, architecture));
    assertThat(density)
        .isEqualTo(
            new Density(
                c.get("num_params").asLong(),
                c.get("num_acts").asLong(),
                c.get("param_bits").asLong(),
                c.get("act_bits").asLong(),
                c.get("flops").asLong()));
    double expected = c.get("memory_density").asDouble();
    assertThat(density.memoryDensity()).isCloseTo(expected, within(1e-12 * expected));
    expected = c.get("avg_bitwidth").asDouble();
    assertThat(density.averageBits()).isCloseTo(expected, within(1e-12 * expected));
  }

  private static ModelFormats formats(JsonNode c, Architecture architecture) {
    String toml =
        Presets.toml("bfp-w6a6")
            .orElseThrow()
            .replace("data_in_width = 6", "data_in_width = " + c.get("data_in_width"))
            .replace("weight_width = 6", "weight_width = " + c.get("weight_width"))
            .replace("bias_width = 6", "bias_width = " + c.get("weight_width"));
    return new ModelFormats(
        QuantConfig.parse(toml, "golden"), architecture, c.get("layers").asInt(), Rules.FIXED);
  }

  private static BlockOperations operations(JsonNode c, Architecture architecture) {
    int hidden = c.get("hidden").asInt();
    int inner = c.get("inter").asInt();
    List<BlockOperations.LinearShape> linears = new ArrayList<>();
    for (String path : architecture.linears()) {
      boolean widens = path.matches("fc1|mlp.gate_proj|mlp.up_proj|intermediate.dense");
      boolean narrows = path.matches("fc2|mlp.down_proj|output.dense");
      linears.add(
          new BlockOperations.LinearShape(
              path,
              narrows ? inner : hidden,
              widens ? inner : hidden,
              !architecture.equals(Architecture.LLAMA)));
    }
    int heads = c.get("heads").asInt();
    return new BlockOperations(linears, heads, hidden / heads);
  }

  @Test
  void otherFormatsCountTheirWidthAndWhatBlocksShare() {
    BlockOperations block =
        new BlockOperations(
            List.of(
                new BlockOperations.LinearShape("fc1", 64, 128, true),
                new BlockOperations.LinearShape("fc2", 128, 64, true)),
            2,
            32);
    assertThat(density("int-w8a8", block).averageBits()).isEqualTo(8);
    assertThat(density("log-w8a8", block).memoryDensity()).isEqualTo(4);
    assertThat(density("bl-w8a8", block).averageBits()).isEqualTo(8.5);
    assertThat(density("bmf-w8a8", block)).isEqualTo(density("bl-w8a8", block));
    assertThat(density("bypass", block).memoryDensity()).isEqualTo(1);
  }

  private static Density density(String preset, BlockOperations block) {
    ModelFormats formats = new ModelFormats(Presets.of(preset), Architecture.OPT, 2, Rules.FIXED);
    return new DensityProfile(formats, 64).of(block);
  }

  @Test
  void biasesThatAConfigurationForgets() {
    String toml = Presets.toml("int-w8a8").orElseThrow().replaceAll("bias_.*\n", "");
    ModelFormats formats =
        new ModelFormats(QuantConfig.parse(toml, "my.toml"), Architecture.OPT, 1, Rules.FIXED);
    BlockOperations block =
        new BlockOperations(List.of(new BlockOperations.LinearShape("fc1", 64, 128, true)), 2, 32);
    assertThatThrownBy(() -> new DensityProfile(formats, 64).of(block))
        .hasMessageContaining("my.toml: [default] says nothing of biases");
  }
}
