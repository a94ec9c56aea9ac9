package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Writes tables as people write TOML: keys first, then a header for each table inside, a double one
 * for each element of a list of tables.
 */
final class TomlText {
  private TomlText() {}

  static String of(ObjectNode tables) {
    StringBuilder toml = new StringBuilder();
    write(tables, "", toml);
    return toml.toString();
  }

  private static void write(ObjectNode table, String path, StringBuilder toml) {
    table
        .properties()
        .forEach(
            e -> {
              if (!isTables(e.getValue())) {
                toml.append(key(e.getKey())).append(" = ").append(value(e.getValue())).append('\n');
              }
            });
    table
        .properties()
        .forEach(
            e -> {
              String inner = path.isEmpty() ? key(e.getKey()) : path + "." + key(e.getKey());
              if (e.getValue() instanceof ObjectNode object) {
                boolean ownKeys =
                    object.isEmpty()
                        || object.properties().stream().anyMatch(i -> !isTables(i.getValue()));
                if (ownKeys) {
                  header("[" + inner + "]", toml);
                }
                write(object, inner, toml);
              } else if (isTables(e.getValue())) {
                for (JsonNode element : e.getValue()) {
                  header("[[" + inner + "]]", toml);
                  write((ObjectNode) element, inner, toml);
                }
              }
            });
  }

  private static void header(String header, StringBuilder toml) {
    toml.append(toml.isEmpty() ? "" : "\n").append(header).append('\n');
  }

  private static boolean isTables(JsonNode value) {
    return value.isObject() || (value.isArray() && !value.isEmpty() && value.get(0).isObject());
  }

  private static String key(String key) {
    return key.matches("[A-Za-z0-9_-]+") ? key : quoted(key);
  }

  private static String value(JsonNode value) {
    if (value.isArray()) {
      StringJoiner list = new StringJoiner(", ", "[", "]");
      value.forEach(v -> list.add(value(v)));
      return list.toString();
    }
    return value.isTextual() ? quoted(value.textValue()) : value.toString();
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
