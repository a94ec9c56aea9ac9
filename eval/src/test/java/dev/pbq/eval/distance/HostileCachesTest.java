package dev.pbq.eval.distance;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged caches of log-probabilities: what {@link HostileInputs} promises. */
class HostileCachesTest {
  private static final CacheHeader WANTED =
      new CacheHeader(1, CacheHeader.DTYPE, "m", "w", "t", "none", "d", "x", "y", 2, 4, 8, "p");

  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("lp-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aCache(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          Path file = copy.resolve("lp.bin");
          try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
            WANTED.requireSame(reader.header(), file);
          }
        });
  }
}
