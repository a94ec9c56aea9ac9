package dev.pbq.export.gguf.file;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged GGUF files: what {@link HostileInputs} promises. */
class HostileGgufTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("gguf-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aFile(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          try (GgufFile file = GgufFile.open(copy.resolve("a.gguf"))) {
            for (GgufTensor tensor : file.tensors().values()) {
              file.readRows(tensor, tensor.rows() - 1, 1, new float[tensor.cols()]);
            }
          }
        });
  }
}
