package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.pbq.core.PbqException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * A file of JSON objects, one per line, plain or compressed by gzip (name ending in ".gz"). Empty
 * lines are skipped.
 *
 * @param fields names under which the text is looked for; the first one present is taken
 */
record JsonLinesReader(List<String> fields) implements DocumentReader {
  private static final int BUFFER_BYTES = 1 << 16;

  JsonLinesReader {
    fields = List.copyOf(fields);
  }

  /** Is shown one object after the other. */
  interface ObjectVisitor {
    /** Takes what stands on a line; answers whether there should be another. */
    boolean visit(JsonNode row, int line);
  }

  @Override
  public void read(Path file, Visitor each) {
    lines(file, (json, line, number) -> each.visit(document(json, line, file, number)));
  }

  /**
   * Shows every line's object to {@code each} until it answers false.
   *
   * @throws PbqException BAD_DATA naming file and line
   */
  static void objects(Path file, ObjectVisitor each) {
    lines(
        file,
        (json, line, number) -> {
          JsonNode row = parse(json, line, file, number, "no JSON object");
          if (!row.isObject()) {
            throw PbqException.badData("%s line %d: not a JSON object".formatted(file, number));
          }
          return each.visit(row, number);
        });
  }

  private interface LineVisitor {
    boolean visit(ObjectReader json, String line, int number);
  }

  private static void lines(Path file, LineVisitor each) {
    ObjectReader json = objectReader();
    int number = 0;
    try (BufferedReader lines = open(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank() && !each.visit(json, line, number)) {
          return;
        }
      }
    } catch (IOException e) {
      if (number == 0) {
        throw DocumentReader.unreadable(file, e);
      }
      String why = e instanceof CharacterCodingException ? "not UTF-8 text" : Messages.of(e);
      throw PbqException.badData("%s: broken after line %d: %s".formatted(file, number, why), e);
    }
  }

  private String document(ObjectReader json, String line, Path file, int number) {
    JsonNode row = parse(json, line, file, number, "no JSON object with a field " + fieldNames());
    for (String field : fields) {
      JsonNode value = row.path(field);
      if (value.isTextual()) {
        return value.textValue();
      }
      if (!value.isMissingNode()) {
        throw PbqException.badData(
            "%s line %d: field \"%s\" is %s, not a string"
                .formatted(
                    file, number, field, value.getNodeType().name().toLowerCase(Locale.ROOT)));
      }
    }
    throw PbqException.badData("%s line %d: no field %s".formatted(file, number, fieldNames()));
  }

  private static JsonNode parse(
      ObjectReader json, String line, Path file, int number, String problem) {
    try {
      return json.readTree(line);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(
          "%s line %d: %s: %s".formatted(file, number, problem, Messages.of(e)), e);
    }
  }

  private String fieldNames() {
    return "\"" + String.join("\" or \"", fields) + "\"";
  }

  static BufferedReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      if (file.toString().endsWith(".gz")) {
        in = new GZIPInputStream(in, BUFFER_BYTES);
      }
      // A decoder made this way reports malformed input instead of replacing it.
      return new BufferedReader(
          new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), BUFFER_BYTES);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  static ObjectReader objectReader() {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(JoinedText.MAX_CHARS).build())
            .build();
    return new ObjectMapper(factory).reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }
}
