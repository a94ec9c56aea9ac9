package dev.pbq.core.checkpoint;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged weight files: what {@link HostileInputs} promises. */
class HostileWeightsTest {
  private static final String CONFIG =
      "{\"model_type\":\"llama\",\"quantization_config\":"
          + "{\"quant_method\":\"pbq\",\"format_version\":1,\"method\":\"bfp\",\"settings\":{}}}";

  @TempDir private Path scratch;

  static List<Path> dense() {
    return HostileInputs.folders("st-");
  }

  @ParameterizedTest
  @MethodSource("dense")
  void aCheckpoint(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          try (Checkpoint checkpoint = Checkpoint.open(copy)) {
            checkpoint.totalBytes();
          }
        });
  }

  static List<Path> packed() {
    return HostileInputs.folders("pk-", "pkf-");
  }

  @ParameterizedTest
  @MethodSource("packed")
  void aPackedFolder(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          if (!Files.exists(copy.resolve(ModelFolder.CONFIG))) {
            Files.writeString(copy.resolve(ModelFolder.CONFIG), CONFIG);
          }
          try (PackedCheckpoint checkpoint = PackedCheckpoint.open(ModelFolder.open(copy))) {
            checkpoint.packedLinears().forEach(checkpoint::packed);
          }
        });
  }
}
