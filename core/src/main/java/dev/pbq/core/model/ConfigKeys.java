package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A reader of a configuration's keys by type. An absent key and an explicit {@code null} are the
 * same. Every error is BAD_DATA and names the file, the key and the value.
 */
final class ConfigKeys {
  private final JsonNode node;
  private final String where;
  private final String path;

  /**
   * @param where the file, for messages
   */
  ConfigKeys(JsonNode node, String where) {
    this(node, where, "");
  }

  private ConfigKeys(JsonNode node, String where, String path) {
    this.node = node;
    this.where = where;
    this.path = path;
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /** Whether the key is present, even with the value {@code null}. */
  boolean isDeclared(String key) {
    return node.has(key);
  }

  int positive(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    JsonNode value = node.get(key);
    if (!value.canConvertToExactIntegral() || !value.canConvertToInt() || value.intValue() < 1) {
      throw wrong(key, value, "a positive integer");
    }
    return value.intValue();
  }

  int positive(String key, int fallback) {
    return has(key) ? positive(key) : fallback;
  }

  int nonNegative(String key, int fallback) {
    if (!has(key)) {
      return fallback;
    }
    JsonNode value = node.get(key);
    if (!value.canConvertToExactIntegral() || !value.canConvertToInt() || value.intValue() < 0) {
      throw wrong(key, value, "a non-negative integer");
    }
    return value.intValue();
  }

  double positiveNumber(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    JsonNode value = node.get(key);
    double number = value.doubleValue();
    if (!value.isNumber() || !Double.isFinite(number) || number <= 0) {
      throw wrong(key, value, "a positive number");
    }
    return number;
  }

  double positiveNumber(String key, double fallback) {
    return has(key) ? positiveNumber(key) : fallback;
  }

  /** Whether the object has no keys at all. */
  boolean isEmpty() {
    return node.isEmpty();
  }

  /** Any finite number. */
  double number(String key, double fallback) {
    if (!has(key)) {
      return fallback;
    }
    JsonNode value = node.get(key);
    double number = value.doubleValue();
    if (!value.isNumber() || !Double.isFinite(number)) {
      throw wrong(key, value, "a number");
    }
    return number;
  }

  /** A list of finite numbers that must be there. */
  List<Double> numbers(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    JsonNode value = node.get(key);
    List<Double> numbers = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isNumber() || !Double.isFinite(item.doubleValue())) {
        throw wrong(key, value, "a list of numbers");
      }
      numbers.add(item.doubleValue());
    }
    if (!value.isArray() || numbers.isEmpty()) {
      throw wrong(key, value, "a list of numbers");
    }
    return numbers;
  }

  /** Whether the key holds a list with something in it. */
  boolean isFilledList(String key) {
    return has(key) && node.get(key).isArray() && !node.get(key).isEmpty();
  }

  /** The same configuration, with an object under a key that is absent. */
  ConfigKeys withDefault(String key, ObjectNode value) {
    if (has(key) || !(node instanceof ObjectNode object)) {
      return this;
    }
    ObjectNode copy = object.deepCopy();
    copy.set(key, value);
    return new ConfigKeys(copy, where, path);
  }

  boolean flag(String key, boolean fallback) {
    if (!has(key)) {
      return fallback;
    }
    JsonNode value = node.get(key);
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.booleanValue();
  }

  Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isTextual()) {
      throw wrong(key, value, "a string");
    }
    return Optional.of(value.textValue());
  }

  /** A string that must be one of {@code supported}; absent means the first of them. */
  String oneOf(String key, List<String> supported) {
    String value = text(key).orElse(supported.get(0));
    if (!supported.contains(value)) {
      throw unsupported(key, '"' + value + '"', supported);
    }
    return value;
  }

  Optional<List<String>> texts(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isArray()) {
      throw wrong(key, value, "a list of strings");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw wrong(key, value, "a list of strings");
      }
      texts.add(item.textValue());
    }
    return Optional.of(texts);
  }

  /** The strings of an object whose keys are the numbers from 0 on, by those numbers. */
  Optional<List<String>> numbered(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    List<String> texts = new ArrayList<>();
    while (value.path(Integer.toString(texts.size())).isTextual()) {
      texts.add(value.get(Integer.toString(texts.size())).textValue());
    }
    if (texts.isEmpty() || texts.size() != value.size()) {
      throw wrong(key, value, "an object of strings with the keys \"0\", \"1\", ...");
    }
    return Optional.of(texts);
  }

  Optional<ConfigKeys> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isObject()) {
      throw wrong(key, value, "an object");
    }
    return Optional.of(new ConfigKeys(value, where, path + key + "."));
  }

  PbqException unsupported(String key, String value, List<String> supported) {
    return PbqException.badData(
        where
            + ": "
            + path
            + key
            + " "
            + value
            + " is not supported (supported: "
            + String.join(", ", supported)
            + ")");
  }

  /** What precedes this object's keys in messages. */
  String path() {
    return path;
  }

  /** A contradiction between keys. */
  PbqException contradiction(String message) {
    return PbqException.badData(where + ": " + message);
  }

  PbqException missing(String key) {
    return PbqException.badData(where + ": " + path + key + " is missing");
  }

  private PbqException wrong(String key, JsonNode value, String wanted) {
    return PbqException.badData(where + ": " + path + key + " is " + value + ", not " + wanted);
  }
}
