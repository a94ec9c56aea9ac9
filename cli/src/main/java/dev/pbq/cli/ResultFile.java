package dev.pbq.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes {@code --json} files: {@code {"results": [...]}}, whole or not at all. */
final class ResultFile {
  private ResultFile() {}

  static void write(Path file, List<? extends Record> results) {
    try {
      String json =
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(Map.of("results", results));
      AtomicFile.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("results are records of plain values", e);
    }
  }
}
