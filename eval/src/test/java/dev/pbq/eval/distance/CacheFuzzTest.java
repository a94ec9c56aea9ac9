package dev.pbq.eval.distance;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches of log-probabilities made at random: what {@link HostileInputs} promises. */
class CacheFuzzTest {
  private static final String NAME = "lp.bin";
  private static final int VOCABULARY = 11;
  private static final CacheHeader HEADER =
      new CacheHeader(
          CacheHeader.VERSION,
          CacheHeader.DTYPE,
          "m",
          "w",
          "t",
          "none",
          "d",
          "x",
          "y",
          2,
          5,
          VOCABULARY,
          "p");
  private static final int[][] WINDOWS = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}};

  @TempDir private Path scratch;
  @TempDir private Path made;

  private static void logits(int[][] windows, LogitSource.Rows receiver) {
    for (int w = 0; w < windows.length; w++) {
      float[] rows = new float[4 * VOCABULARY];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = i % 7;
      }
      receiver.accept(w, 0, 4, rows);
    }
  }

  @Test
  void cache() throws Exception {
    ReferenceCache.write(made.resolve(NAME), HEADER, WINDOWS, CacheFuzzTest::logits);
    Fuzz.run(
        "log-probabilities",
        scratch,
        Fuzz.oneOf(Fuzz.files(made), Map.of(NAME, Mutations::bytes)),
        folder -> {
          Path file = folder.resolve(NAME);
          try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
            HEADER.requireSame(reader.header(), file);
            DistanceMeasurement.measure(WINDOWS, CacheFuzzTest::logits, reader);
          }
        });
  }
}
