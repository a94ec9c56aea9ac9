package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One table of a file, read key by key; what is wrong is named by file, table and key.
 *
 * @param where file and table
 */
record TomlTable(String where, ObjectNode node) {
  /** Refuses keys other than these. */
  TomlTable requireKeys(List<String> known) {
    for (var entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        throw PbqException.usage(
            where
                + ": unknown key "
                + entry.getKey()
                + "; the nearest known key is "
                + NearestName.of(entry.getKey(), known));
      }
    }
    return this;
  }

  Optional<String> text(String key) {
    return value(key, JsonNode::isTextual, "a text").map(JsonNode::textValue);
  }

  Optional<Boolean> flag(String key) {
    return value(key, JsonNode::isBoolean, "true or false").map(JsonNode::booleanValue);
  }

  Optional<Integer> integer(String key, int least) {
    return value(
            key,
            v -> v.isIntegralNumber() && v.canConvertToInt() && v.intValue() >= least,
            "an integer of at least " + least)
        .map(JsonNode::intValue);
  }

  /** An integer, or a text that is one: the library misreads integers of many digits. */
  Optional<Double> number(String key) {
    return value(key, JsonNode::isNumber, "a number").map(JsonNode::doubleValue);
  }

  Optional<Long> wide(String key) {
    return value(key, TomlTable::isLong, "an integer").map(v -> Long.valueOf(v.asText()));
  }

  Optional<List<String>> texts(String key) {
    return value(key, TomlTable::isTexts, "a list of texts")
        .map(
            list -> {
              List<String> texts = new ArrayList<>();
              list.forEach(v -> texts.add(v.textValue()));
              return texts;
            });
  }

  Optional<TomlTable> table(String key) {
    return value(key, JsonNode::isObject, "a table")
        .map(v -> new TomlTable(where + ": [" + key + "]", (ObjectNode) v));
  }

  List<TomlTable> tables(String key) {
    List<TomlTable> tables = new ArrayList<>();
    value(key, TomlTable::isTables, "a list of tables: [[" + key + "]]")
        .ifPresent(
            list ->
                list.forEach(
                    v ->
                        tables.add(
                            new TomlTable(
                                where + ": [[" + key + "]] " + (tables.size() + 1),
                                (ObjectNode) v))));
    return tables;
  }

  /** What is at a key, if it is what it should be. */
  private Optional<JsonNode> value(String key, Predicate<JsonNode> good, String wanted) {
    JsonNode value = node.get(key);
    if (value != null && !good.test(value)) {
      throw PbqException.usage(where + ": " + key + " is " + value + ", not " + wanted);
    }
    return Optional.ofNullable(value);
  }

  private static boolean isLong(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.canConvertToLong();
    }
    return value.isTextual()
        && value.textValue().matches("-?\\d{1,19}")
        && new BigInteger(value.textValue()).bitLength() < Long.SIZE;
  }

  private static boolean isTexts(JsonNode value) {
    boolean texts = value.isArray();
    for (JsonNode element : value) {
      texts &= element.isTextual();
    }
    return texts;
  }

  private static boolean isTables(JsonNode value) {
    boolean tables = value.isArray();
    for (JsonNode element : value) {
      tables &= element.isObject();
    }
    return tables;
  }
}
