package dev.pbq.search.study;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged studies: what {@link HostileInputs} promises. */
class HostileStudiesTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("study-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aStudy(Path folder) {
    StudyHeader header =
        new StudyHeader(StudyHeader.VERSION, Map.of("seed", "0", "space", "s"), List.of("a"));
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          try (StudyFile study = StudyFile.open(copy.resolve("study.jsonl"), header, true)) {
            study.trials();
          }
        });
  }
}
