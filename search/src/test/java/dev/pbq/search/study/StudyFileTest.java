package dev.pbq.search.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.EveryFault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFileTest {
  private static final int TRIALS = 4;

  @TempDir private Path folder;

  private static void run(Path file, boolean resume) {
    StudyHeader header =
        new StudyHeader(StudyHeader.VERSION, Map.of("seed", "0", "space", "s"), List.of("a"));
    try (StudyFile study = StudyFile.open(file, header, resume)) {
      for (int i = study.trials().size(); i < TRIALS; i++) {
        study.add(new Measured(i, null, List.of(i), 1.0 + i, 2, 3, null, null, 0));
      }
      assertThat(study.trials()).hasSize(TRIALS);
    }
  }

  @Test
  void aFullDiskLosesNoTrialThatWasFinished() throws Exception {
    int steps = new EveryFault(folder, "").full((place, again) -> run(place.resolve("s"), again));
    assertThat(steps).isEqualTo(1 + 2 * (1 + TRIALS));
  }
}
