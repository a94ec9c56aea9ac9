package dev.pbq.search.study;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Studies made at random: what {@link HostileInputs} promises. */
class StudyFuzzTest {
  private static final StudyHeader HEADER =
      new StudyHeader(StudyHeader.VERSION, Map.of("seed", "0", "space", "s"), List.of("a", "b"));

  @TempDir private Path scratch;
  @TempDir private Path made;

  @Test
  void study() throws Exception {
    try (StudyFile study = StudyFile.open(made.resolve(StudyFile.NAME), HEADER, false)) {
      study.add(new Measured(null, Study.FULL, null, 9.0, 1, 32, null, null, 0.5));
      study.add(new Measured(0, null, List.of(1, 2), 9.5, 2, 16, null, null, 0.5));
      study.add(new Measured(1, null, List.of(1, 2), null, 2, 16, "no value", 0, 0.5));
    }
    Fuzz.run(
        "study",
        scratch,
        Fuzz.oneOf(Fuzz.files(made), Map.of(StudyFile.NAME, Mutations::jsonLines)),
        folder -> {
          try (StudyFile study = StudyFile.open(folder.resolve(StudyFile.NAME), HEADER, true)) {
            study.trials().forEach(trial -> trial.asTrial(QualityMetric.PERPLEXITY));
          }
        });
  }
}
