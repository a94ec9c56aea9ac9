package dev.pbq.core.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference data that tests use where it is at hand (system property {@code pbq.shared}). */
final class SharedData {
  private SharedData() {}

  /** Whether the reference data is there. On a CI machine it must be. */
  static boolean present() {
    boolean present = Files.isDirectory(root());
    if (!present && System.getenv("CI") != null) {
      throw new AssertionError("reference data missing at " + root());
    }
    return present;
  }

  /** A path in the reference data; the test is skipped where the data is absent. */
  static Path path(String relative) {
    assumeTrue(present(), "no reference data");
    return root().resolve(relative);
  }

  private static Path root() {
    return Path.of(System.getProperty("pbq.shared", "shared"));
  }
}
