package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged format files: what {@link HostileInputs} promises; what is read is written as it was. */
class HostileFormatsTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("act-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aFile(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          QuantConfig config =
              QuantConfig.parse(Files.readString(copy.resolve("a.toml")), "a.toml");
          assertThat(QuantConfig.parse(config.toToml(), "a.toml")).isEqualTo(config);
        });
  }
}
