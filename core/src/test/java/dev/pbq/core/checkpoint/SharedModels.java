package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real model folders, where they are to be had. */
final class SharedModels {
  private SharedModels() {}

  /** A folder under {@code models/}; without it the test is skipped, on CI it fails. */
  static Path folder(String name) {
    Path folder = Path.of(System.getProperty("pbq.shared", "missing"), "models", name);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    if (System.getenv("CI") != null) {
      return fail("the reference model " + folder + " is missing");
    }
    return abort("no reference model " + folder);
  }
}
