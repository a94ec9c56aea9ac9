package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Small JSON files of a model folder. */
public final class JsonFiles {
  private static final long MAX_BYTES = 100_000_000;

  /** Python writes NaN and Infinity into configurations, so they are read. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter WRITER = MAPPER.writer(prettyPrinter());

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

  /** Parses one JSON object; {@code where} names it in messages. */
  static ObjectNode parseObject(String where, String json) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
      throw PbqException.badData(where + ": not a JSON object");
    } catch (JsonProcessingException e) {
      String at =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      throw PbqException.badData(
          where + ": malformed JSON" + at + ": " + TensorNames.printable(e.getOriginalMessage()),
          e);
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
