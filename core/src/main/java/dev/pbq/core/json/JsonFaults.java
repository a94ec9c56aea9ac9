package dev.pbq.core.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.pbq.core.PbqException;

/**
 * What is wrong with a JSON text, in words of JSON: without the switches, class names and source
 * excerpts that the parsing library puts into its messages.
 */
public final class JsonFaults {
  private JsonFaults() {}

  /** The fault alone, in one line. */
  public static String of(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "a text, number or nesting beyond what is read";
    }
    String message = e.getOriginalMessage();
    if (message == null || message.isBlank()) {
      return "not JSON";
    }
    String line =
        PbqException.oneLine(message.lines().findFirst().orElse(""))
            .replaceAll("\\s*\\((start marker at|from `|for `).*$", "")
            .replaceAll("\\s*\\[Source: .*$", "")
            .replaceAll("\\s*\\(not recognized as one since .*$", "")
            .replaceAll(":? enable `[^`]*`.*$", "")
            .replaceAll(": was expecting \\(JSON String, .*$", "")
            .replaceAll("Cannot deserialize value of type `[^`]*` from \\w+( value)? \\(?", "")
            .replaceAll("not one of the values accepted for Enum class: ", "not one of ")
            .replaceAll("`([a-z]+)`", "$1")
            .replaceAll("`[^`]*`", "value");
    return line.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The fault and where it is: {@code (line 3, column 7): ...}. */
  public static String withPlace(JsonProcessingException e) {
    return e.getLocation() == null
        ? ": " + of(e)
        : " (line %d, column %d): %s"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr(), of(e));
  }
}
