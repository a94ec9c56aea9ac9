package dev.pbq.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * A JSON text read as Python's {@code json} reads it: NaN, Infinity and -Infinity are numbers, a
 * byte order mark in front is skipped, and of a key written twice the last value counts. Whoever
 * reads is told of such keys, for Python says nothing and people mean only one of the two.
 */
public final class JsonText {
  /** No string in a JSON text may be longer, in characters. */
  private static final int MAX_CHARS = Integer.MAX_VALUE - 8;

  private static final int BRIEF_CHARS = 40;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_CHARS).build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final JsonParser parser;
  private final Consumer<String> repeated;

  private JsonText(JsonParser parser, Consumer<String> repeated) {
    this.parser = parser;
    this.repeated = repeated;
  }

  /** As {@link #parse(String, Consumer)}; keys written twice are not mentioned. */
  public static JsonNode parse(String json) throws JsonProcessingException {
    return parse(json, key -> {});
  }

  /**
   * The value that a text holds.
   *
   * @param repeated is told of each key written twice: {@code "rope_theta" is given twice, as 1 and
   *     as 2}
   * @throws JsonProcessingException if it is not one JSON value
   */
  public static JsonNode parse(String json, Consumer<String> repeated)
      throws JsonProcessingException {
    try (JsonParser parser = FACTORY.createParser(withoutMark(json))) {
      if (parser.nextToken() == null) {
        throw new JsonParseException(parser, "there is nothing in it");
      }
      JsonNode value = new JsonText(parser, repeated).value();
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "something follows the JSON value");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** The text without a byte order mark in front. */
  public static String withoutMark(String text) {
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  private JsonNode value() throws IOException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (parser.currentToken()) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> nodes.textNode(parser.getText());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> nodes.numberNode(parser.getIntValue());
            case LONG -> nodes.numberNode(parser.getLongValue());
            default -> nodes.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NULL -> nodes.nullNode();
      default -> throw new JsonParseException(parser, "a value is missing");
    };
  }

  private ObjectNode object() throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      JsonNode value = value();
      JsonNode before = object.replace(key, value);
      if (before != null) {
        repeated.accept(
            "\"%s\" is given twice%s"
                .formatted(
                    key,
                    before.equals(value)
                        ? ""
                        : ", as " + brief(before) + " and as " + brief(value)));
      }
    }
    return object;
  }

  private static String brief(JsonNode value) {
    String text = value.toString();
    return text.length() <= BRIEF_CHARS ? text : text.substring(0, BRIEF_CHARS) + "...";
  }

  private ArrayNode array() throws IOException {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value());
    }
    return array;
  }
}
