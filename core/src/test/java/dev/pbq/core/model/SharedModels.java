package dev.pbq.core.model;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of reference models. Where it is absent tests are skipped, but in CI they fail. */
final class SharedModels {
  private SharedModels() {}

  static Path folder(String name) {
    Path folder = Path.of(System.getProperty("pbq.shared", ""), "models", name);
    if (!Files.isDirectory(folder)) {
      if (System.getenv("CI") != null) {
        fail("no reference model at " + folder);
      }
      assumeTrue(false, "no reference model at " + folder);
    }
    return folder;
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  static CausalModel model(Path folder) throws IOException {
    return Architectures.of(json(folder.resolve("config.json")), "config.json");
  }
}
