package dev.pbq.formats.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the tables of a configuration as TOML: a header, then its keys. */
final class ConfigToml {
  private ConfigToml() {}

  static String of(ObjectNode tables) {
    StringBuilder toml = new StringBuilder();
    write(tables, "", toml);
    return toml.toString();
  }

  private static void write(ObjectNode table, String path, StringBuilder toml) {
    List<Map.Entry<String, JsonNode>> inner = new ArrayList<>();
    List<Map.Entry<String, JsonNode>> keys = new ArrayList<>();
    table.properties().forEach(e -> (e.getValue().isObject() ? inner : keys).add(e));
    if (!keys.isEmpty()) {
      if (!path.isEmpty()) {
        toml.append(toml.isEmpty() ? "" : "\n").append('[').append(path).append("]\n");
      }
      keys.forEach(e -> toml.append(name(e.getKey())).append(" = ").append(value(e.getValue())));
    }
    for (Map.Entry<String, JsonNode> e : inner) {
      write(
          (ObjectNode) e.getValue(),
          path.isEmpty() ? name(e.getKey()) : path + "." + name(e.getKey()),
          toml);
    }
  }

  private static String name(String key) {
    return key.matches("[A-Za-z0-9_-]+") ? key : '"' + key + '"';
  }

  /** Numbers, truth values, lists and quoted strings look alike in JSON; there is no null. */
  private static String value(JsonNode value) {
    return (value.isNull() ? '"' + QuantConfig.NONE + '"' : value.toString().replace(",", ", "))
        + "\n";
  }
}
