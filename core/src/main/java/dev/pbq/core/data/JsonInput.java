package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** JSON and text files that a tokenizer is made of. */
final class JsonInput {
  private static final Logger log = LoggerFactory.getLogger(JsonInput.class);

  private JsonInput() {}

  /**
   * The JSON value in a file; a key written twice is a warning.
   *
   * @throws PbqException BAD_DATA naming the file
   */
  static JsonNode read(Path file) {
    try {
      return parse(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable: " + Messages.of(e), e);
    }
  }

  /**
   * As {@link #read}, of a file that {@code ModelFolder} reads as well, and tells of: in silence.
   */
  static JsonNode readAgain(Path file) {
    try {
      return parse(file, Files.readAllBytes(file), repeated -> {});
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable: " + Messages.of(e), e);
    }
  }

  /** As {@link #read}, from the file's bytes. */
  static JsonNode parse(Path file, byte[] bytes) {
    return parse(file, bytes, repeated -> log.warn("{}: {}; the last one counts", file, repeated));
  }

  private static JsonNode parse(Path file, byte[] bytes, Consumer<String> repeated) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return JsonText.parse(text, repeated);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + ": not readable as JSON" + JsonFaults.withPlace(e), e);
    } catch (CharacterCodingException e) {
      throw PbqException.badData(file + ": not UTF-8 text", e);
    }
  }

  /** The lines of a text file, without line ends (CRLF too) and byte order mark. */
  static List<String> lines(Path file) {
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(file));
      if (!lines.isEmpty()) {
        lines.set(0, JsonText.withoutMark(lines.get(0)));
      }
      return lines;
    } catch (CharacterCodingException e) {
      throw PbqException.badData(file + ": not readable as UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable as UTF-8 text: " + Messages.of(e), e);
    }
  }
}
