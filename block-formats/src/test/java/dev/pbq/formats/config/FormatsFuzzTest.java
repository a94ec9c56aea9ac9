package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Format files made at random: what {@link HostileInputs} promises. */
class FormatsFuzzTest {
  private static final String FORMATS =
      """
      [default]
      name = "block_fp"
      bypass = false
      is_ptq = true
      data_in_width = 8
      data_in_exponent_width = 8
      data_in_exponent_bias = "NA"
      data_in_block_size = [1, 16]
      weight_width = 8
      weight_exponent_width = 8
      weight_exponent_bias = "NA"
      weight_block_size = [1, 16]
      bias_width = 8
      bias_exponent_width = 8
      bias_exponent_bias = "NA"
      bias_block_size = [16]
      """;

  @TempDir private Path scratch;

  @Test
  void formats() throws Exception {
    byte[] file = FORMATS.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Fuzz.run(
        "formats-toml",
        scratch,
        Fuzz.oneOf(Map.of("a.toml", file), Map.of("a.toml", Mutations::text)),
        folder -> {
          String text = Files.readString(folder.resolve("a.toml"));
          QuantConfig config = QuantConfig.parse(text, "a.toml");
          assertThat(QuantConfig.parse(config.toToml(), "a.toml")).isEqualTo(config);
        });
  }
}
