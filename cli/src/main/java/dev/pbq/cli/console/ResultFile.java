package dev.pbq.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.OutputFolders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes {@code --json} files: {@code {"results": [...]}}, whole or not at all. */
public final class ResultFile {
  private ResultFile() {}

  /**
   * Checks that a file can be written, before the work that it is for.
   *
   * @param file null if none was asked for
   * @throws dev.pbq.core.PbqException as {@link OutputFolders#requireWritable}
   */
  public static void prepare(Path file) {
    if (file != null) {
      OutputFolders.requireWritable(file);
    }
  }

  public static void write(Path file, List<?> results) {
    write(file, Map.of("results", results));
  }

  /** Writes a whole report of records, maps, lists and plain values. */
  public static void write(Path file, Map<String, ?> report) {
    try {
      String json = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report);
      AtomicFile.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("results are records of plain values", e);
    }
  }
}
