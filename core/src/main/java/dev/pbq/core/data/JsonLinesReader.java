package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.json.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * A file of JSON objects, one per line, or one array of objects, plain or compressed by gzip (name
 * ending in ".gz"). Empty lines are skipped, and so is a byte order mark; NaN and Infinity are
 * numbers, as Python writes them.
 *
 * @param fields names under which the text is looked for; the first one present is taken
 */
record JsonLinesReader(List<String> fields) implements DocumentReader {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int SHOWN_FIELDS = 12;

  JsonLinesReader {
    fields = List.copyOf(fields);
  }

  /** Is shown one object after the other. */
  interface ObjectVisitor {
    /**
     * Takes the object of a line, or of an array's place; answers whether there should be another.
     */
    boolean visit(JsonNode row, int number);
  }

  @Override
  public void read(Path file, Visitor each) {
    objects(
        file,
        "no JSON object with a field " + fieldNames(),
        (row, number) -> each.visit(document(row, file, number)));
  }

  /**
   * Shows every object to {@code each} until it answers false.
   *
   * @throws PbqException BAD_DATA naming file and line
   */
  static void objects(Path file, ObjectVisitor each) {
    objects(file, "no JSON object", each);
  }

  private static void objects(Path file, String problem, ObjectVisitor each) {
    int number = 0;
    try (BufferedReader lines = open(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = number++ == 0 ? JsonText.withoutMark(line) : line;
        if (text.isBlank()) {
          continue;
        }
        if (text.stripLeading().startsWith("[")) {
          array(file, text, lines, number, each);
          return;
        }
        if (!each.visit(object(parse(text, file, number, problem), file, number), number)) {
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

  /** An array in place of lines; the numbers are those of its objects. */
  private static void array(
      Path file, String firstLine, BufferedReader rest, int line, ObjectVisitor each)
      throws IOException {
    StringBuilder all = new StringBuilder(firstLine);
    for (String next = rest.readLine(); next != null; next = rest.readLine()) {
      all.append('\n').append(next);
    }
    int number = 0;
    try {
      for (JsonNode row : JsonText.parse(all.toString())) {
        number++;
        if (!each.visit(object(row, file, number), number)) {
          return;
        }
      }
    } catch (JsonProcessingException e) {
      throw PbqException.badData(
          "%s: the array that begins in line %d is no JSON%s"
              .formatted(file, line, JsonFaults.withPlace(e)),
          e);
    }
  }

  private static JsonNode object(JsonNode row, Path file, int number) {
    if (!row.isObject()) {
      throw PbqException.badData("%s line %d: not a JSON object".formatted(file, number));
    }
    return row;
  }

  private String document(JsonNode row, Path file, int number) {
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
    List<String> seen = new ArrayList<>();
    row.fieldNames().forEachRemaining(seen::add);
    String shown =
        seen.isEmpty()
            ? "none"
            : "\""
                + String.join("\", \"", seen.subList(0, Math.min(SHOWN_FIELDS, seen.size())))
                + "\"";
    throw PbqException.badData(
        Wording.of(
            "%s line %s: no field %s; the fields there are %s; {textField} chooses one",
            file, number, fieldNames(), shown));
  }

  private static JsonNode parse(String line, Path file, int number, String problem) {
    try {
      return JsonText.parse(line);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(
          "%s line %d: %s: %s".formatted(file, number, problem, JsonFaults.of(e)), e);
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
}
