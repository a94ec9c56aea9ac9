package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Small JSON files of a model folder. */
public final class JsonFiles {
  private static final Logger log = LoggerFactory.getLogger(JsonFiles.class);

  private static final long MAX_BYTES = 100_000_000;

  private static final ObjectWriter WRITER = new ObjectMapper().writer(prettyPrinter());

  private JsonFiles() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it is not readable,
   *     well-formed or an object
   */
  public static ObjectNode readObject(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw PbqException.badData(file + ": " + size + " bytes are too many for a JSON file");
      }
      return parseObject(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /**
   * Parses one JSON object that people or Python may have written; {@code where} names it in
   * messages. A key written twice is a warning.
   */
  static ObjectNode parseObject(String where, String json) {
    return parseObject(
        where, json, repeated -> log.warn("{}: {}; the last one counts", where, repeated));
  }

  /** As {@link #parseObject}, but a key written twice is damage: for what pbq itself writes. */
  static ObjectNode parseOwnObject(String where, String json) {
    return parseObject(
        where,
        json,
        repeated -> {
          throw PbqException.badData(where + ": malformed JSON: " + repeated);
        });
  }

  private static ObjectNode parseObject(String where, String json, Consumer<String> repeated) {
    try {
      if (JsonText.parse(json, repeated) instanceof ObjectNode object) {
        return object;
      }
      throw PbqException.badData(where + ": not a JSON object");
    } catch (JsonProcessingException e) {
      throw PbqException.badData(where + ": malformed JSON" + JsonFaults.withPlace(e), e);
    }
  }

  /** Writes JSON indented by two spaces, atomically (see {@link AtomicFile}). */
  public static void write(Path file, JsonNode json) {
    try {
      String text = WRITER.writeValueAsString(json) + "\n";
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + file + " as JSON", e);
    }
  }

  private static DefaultPrettyPrinter prettyPrinter() {
    DefaultIndenter twoSpaces = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter()
        .withObjectIndenter(twoSpaces)
        .withArrayIndenter(twoSpaces)
        .withSeparators(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
  }
}
