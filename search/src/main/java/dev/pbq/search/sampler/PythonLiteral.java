package dev.pbq.search.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * Python literals, as the reference's search spaces hold them: None, truth values, numbers,
 * strings, lists and tuples.
 */
final class PythonLiteral {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String text;
  private int at;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /**
   * Reads a literal.
   *
   * @param none what {@code None} becomes
   * @throws IllegalArgumentException saying what is wrong
   */
  static JsonNode parse(String text, JsonNode none) {
    PythonLiteral literal = new PythonLiteral(text);
    JsonNode value = literal.value(none);
    literal.space();
    if (literal.at < text.length()) {
      throw literal.wrong();
    }
    return value;
  }

  private JsonNode value(JsonNode none) {
    space();
    if (at >= text.length()) {
      throw wrong();
    }
    char c = text.charAt(at);
    if (c == '[' || c == '(') {
      return list(c == '[' ? ']' : ')', none);
    }
    if (c == '"' || c == '\'') {
      int end = text.indexOf(c, at + 1);
      if (end < 0) {
        throw wrong();
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return NODES.textNode(value);
    }
    int start = at;
    while (at < text.length() && "[](),\"' \t".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    if (word.matches("[-+]?\\d{1,9}")) {
      return NODES.numberNode(Integer.parseInt(word));
    }
    if (word.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
      return NODES.numberNode(Double.parseDouble(word));
    }
    return switch (word) {
      case "None" -> none;
      case "True" -> NODES.booleanNode(true);
      case "False" -> NODES.booleanNode(false);
      default -> throw wrong();
    };
  }

  private ArrayNode list(char end, JsonNode none) {
    ArrayNode list = NODES.arrayNode();
    at++;
    space();
    while (at < text.length() && text.charAt(at) != end) {
      list.add(value(none));
      space();
      if (at < text.length() && text.charAt(at) == ',') {
        at++;
        space();
      } else if (at >= text.length() || text.charAt(at) != end) {
        throw wrong();
      }
    }
    if (at >= text.length()) {
      throw wrong();
    }
    at++;
    return list;
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("'" + text + "' is no Python literal that is known here");
  }
}
