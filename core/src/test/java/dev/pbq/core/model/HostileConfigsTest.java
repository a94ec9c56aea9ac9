package dev.pbq.core.model;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged configurations: what {@link HostileInputs} promises. */
class HostileConfigsTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("cfg-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aConfiguration(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          ModelFolder model = ModelFolder.open(copy);
          Architectures.any(model.config(), "config.json").layout();
        });
  }
}
