package dev.pbq.core.testkit;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The golden files of one family: the full set under the folder named by the system property {@code
 * pbq.shared}, or, in a bare clone, the subset among the test's resources.
 */
public final class GoldenSet {
  /** Manifests come from Python, which writes infinite numbers by name. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final Path folder;

  private GoldenSet(Path folder) {
    this.folder = folder;
  }

  /**
   * Finds a family.
   *
   * @param family e.g. {@code pb-llm}
   * @param test a class of the module whose resources hold the subset under {@code golden/<family>}
   * @throws IllegalStateException if there is none, or if only the subset is there in CI
   */
  public static GoldenSet find(String family, Class<?> test) {
    Path shared = Path.of(System.getProperty("pbq.shared", "")).resolve("golden").resolve(family);
    if (Files.isDirectory(shared)) {
      return new GoldenSet(shared);
    }
    if (System.getenv("CI") != null) {
      throw new IllegalStateException("in CI the golden files must be at " + shared);
    }
    URL subset = test.getResource("/golden/" + family);
    if (subset == null) {
      throw new IllegalStateException("no golden files for " + family);
    }
    try {
      return new GoldenSet(Path.of(subset.toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public JsonNode manifest(String name) {
    try {
      return JSON.readTree(folder.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public GoldenFile file(String name) {
    return GoldenFile.read(folder.resolve(name));
  }
}
