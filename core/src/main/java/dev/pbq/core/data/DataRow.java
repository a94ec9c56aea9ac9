package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One row of a data set with named fields, and its file and line, for messages.
 *
 * @param file it was read from
 * @param number of its line or row, from 1
 * @param fields a JSON object
 */
public record DataRow(Path file, int number, JsonNode fields) {

  /** Whether there is such a field, and it is not null. */
  public boolean has(String field) {
    return fields.hasNonNull(field);
  }

  /**
   * A field's text.
   *
   * @throws PbqException BAD_DATA naming file, line and field if it is missing or no string
   */
  public String text(String field) {
    JsonNode value = required(field);
    if (!value.isTextual()) {
      throw wrong(field, "is " + kind(value) + ", not a string");
    }
    return value.textValue();
  }

  /** A whole number; also one that is written as a string. Errors as for {@link #text}. */
  public int number(String field) {
    JsonNode value = required(field);
    if (value.isInt()) {
      return value.intValue();
    }
    if (value.isTextual() && value.textValue().strip().matches("-?\\d{1,9}")) {
      return Integer.parseInt(value.textValue().strip());
    }
    throw wrong(field, "is not a whole number");
  }

  /** A number below {@code count}; errors as for {@link #text}. */
  public int index(String field, int count) {
    int value = number(field);
    if (value < 0 || value >= count) {
      throw wrong(field, "is " + value + ", not 0 to " + (count - 1));
    }
    return value;
  }

  /** A list of strings, at least one; errors as for {@link #text}. */
  public List<String> texts(String field) {
    return texts(field, required(field));
  }

  /** The row in a field that is an object. Errors as for {@link #text}. */
  public DataRow nested(String field) {
    JsonNode value = required(field);
    if (!value.isObject()) {
      throw wrong(field, "is " + kind(value) + ", not an object");
    }
    return new DataRow(file, number, value);
  }

  /** Whether a field is an object. */
  public boolean isObject(String field) {
    return fields.path(field).isObject();
  }

  /** The error for a field that does not say what it should. */
  public PbqException wrong(String field, String why) {
    return PbqException.badData("%s line %d: field \"%s\" %s".formatted(file, number, field, why));
  }

  private List<String> texts(String field, JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      throw wrong(field, "is not a list of strings");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        throw wrong(field, "holds " + kind(element) + " among its strings");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  private JsonNode required(String field) {
    if (!has(field)) {
      throw PbqException.badData("%s line %d: no field \"%s\"".formatted(file, number, field));
    }
    return fields.get(field);
  }

  private static String kind(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
