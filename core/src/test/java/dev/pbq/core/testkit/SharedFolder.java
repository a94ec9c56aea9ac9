package dev.pbq.core.testkit;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/** Reference models, texts and golden files, in the folder that {@code pbq.shared} names. */
public final class SharedFolder {
  private SharedFolder() {}

  /** A file or folder in it; without it the test is skipped, but in CI it fails. */
  public static Path of(String relative) {
    Path path = Path.of(System.getProperty("pbq.shared", "missing"), relative);
    if (!Files.exists(path)) {
      if (System.getenv("CI") != null) {
        fail("reference data is missing: " + path);
      }
      throw new TestAbortedException("no reference data at " + path);
    }
    return path;
  }
}
