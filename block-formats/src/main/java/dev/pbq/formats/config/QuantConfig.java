package dev.pbq.formats.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A configuration of llm-mixed-q: formats for every operation of a model, by kind of operation, by
 * operation, by layer. Immutable. Everything that can be checked without a model is checked here.
 *
 * <p>An operation is looked up in {@code model_layer_<i>} of its layer or, if there is none, in
 * {@code model_layer}; then by kind in {@code linear}, {@code matmul} (OPT: {@code bmm}), {@code
 * rotary_positional_encoding}; then in {@code default}.
 */
public final class QuantConfig {
  /** How TOML, which has no null, writes that there is none. */
  static final String NONE = "NA";

  private static final String DEFAULT = "default";
  private static final String LAYERS = "model_layer";
  private static final Set<String> KINDS =
      Set.of(DEFAULT, "linear", "matmul", "bmm", "rotary_positional_encoding");

  private final String where;
  private final ObjectNode tables;
  private final Map<String, ConfigSection> kinds = new TreeMap<>();
  private final Map<String, ConfigSection> everyLayer = new TreeMap<>();
  private final Map<Integer, Map<String, ConfigSection>> layers = new TreeMap<>();
  private final boolean hasEveryLayer;

  private QuantConfig(String where, ObjectNode tables) {
    this.where = where;
    this.tables = tables.deepCopy();
    this.hasEveryLayer = tables.has(LAYERS);
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      String key = entry.getKey();
      if (key.equals("by")) {
        continue;
      }
      if (!KINDS.contains(key) && layer(key).isEmpty() && !key.equals(LAYERS)) {
        Set<String> known = new TreeSet<>(KINDS);
        known.addAll(List.of("by", LAYERS, "model_layer_0"));
        throw PbqException.usage(
            where
                + ": there is no section ["
                + key
                + "]; the nearest known is ["
                + NearestName.of(key, known)
                + "]");
      }
      ObjectNode table = table(where + ": [" + key + "]", entry.getValue());
      if (KINDS.contains(key)) {
        kinds.put(key, ConfigSection.of(where + ": [" + key + "]", table));
      } else if (key.equals(LAYERS)) {
        readLayer(where, key, "", table, everyLayer);
      } else {
        Map<String, ConfigSection> sections = new TreeMap<>();
        readLayer(where, key, "", table, sections);
        layers.put(layer(key).orElseThrow(), sections);
      }
    }
    if (!kinds.containsKey(DEFAULT)) {
      throw PbqException.usage(where + ": the section [default] is missing");
    }
  }

  /**
   * Reads TOML.
   *
   * @param where its name, for messages
   * @throws PbqException USAGE naming section and key of what is wrong
   */
  public static QuantConfig parse(String toml, String where) {
    try {
      // By way of JSON, so that a number is the same whichever way TOML spells it.
      String json = new TomlMapper().readTree(toml).toString();
      return new QuantConfig(where, table(where, new ObjectMapper().readTree(json)));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw PbqException.usage(
          where + (line > 0 ? ", line " + line : "") + ": not TOML: " + e.getOriginalMessage());
    }
  }

  /** Reads what {@link #toJson} gave. */
  @JsonCreator
  public static QuantConfig of(JsonNode tables) {
    return new QuantConfig("the recorded activation format", table("actFormat", tables));
  }

  /**
   * Makes a configuration of tables that a program put together.
   *
   * @param where its name, for messages
   * @throws PbqException USAGE naming section and key of what is wrong
   */
  public static QuantConfig of(ObjectNode tables, String where) {
    return new QuantConfig(where, tables);
  }

  /**
   * The same configuration with another width of numbers in its section {@code [default]}: of
   * inputs, weights and biases, where it says one.
   *
   * @param width bits of a number
   * @param where the new configuration's name, for messages
   * @throws PbqException USAGE if the section's formats have no such width
   */
  public QuantConfig withDefaultWidth(int width, String where) {
    ObjectNode changed = tables.deepCopy();
    ObjectNode section = (ObjectNode) changed.get(DEFAULT);
    for (OperandRole role : List.of(OperandRole.DATA_IN, OperandRole.WEIGHT, OperandRole.BIAS)) {
      String key = role.prefix() + "width";
      if (section.has(key)) {
        section.put(key, width);
      }
    }
    return new QuantConfig(where, changed);
  }

  /** As TOML; {@link #parse} gives back an equal configuration. */
  public String toToml() {
    return ConfigToml.of(tables);
  }

  /** The tables as they were read; {@link #of} gives back an equal configuration. */
  @JsonValue
  public ObjectNode toJson() {
    return tables.deepCopy();
  }

  /** What the configuration is called in messages. */
  String where() {
    return where;
  }

  /** The layers that have a section of their own. */
  Set<Integer> layers() {
    return Collections.unmodifiableSet(layers.keySet());
  }

  /** All operations that layers name, with where they do. */
  Map<String, ConfigSection> named() {
    Map<String, ConfigSection> named = new TreeMap<>(everyLayer);
    layers.values().forEach(named::putAll);
    return named;
  }

  /**
   * The section of an operation.
   *
   * @param path of the operation in its layer
   * @param kind of the operation: linear, matmul, bmm or rotary_positional_encoding
   */
  ConfigSection section(int layer, String path, String kind) {
    Map<String, ConfigSection> ofLayer = layers.get(layer);
    if (ofLayer == null && hasEveryLayer) {
      ofLayer = everyLayer;
    }
    ConfigSection named = ofLayer == null ? null : ofLayer.get(path);
    return named != null ? named : section(kind);
  }

  /** The section of a kind of operation. */
  ConfigSection section(String kind) {
    return kinds.getOrDefault(kind, kinds.get(DEFAULT));
  }

  private static void readLayer(
      String where, String name, String path, ObjectNode table, Map<String, ConfigSection> into) {
    Set<String> known = Architecture.allPaths();
    for (Map.Entry<String, JsonNode> entry : table.properties()) {
      String here = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      String label = where + ": [" + name + "." + here + "]";
      boolean leads = known.stream().anyMatch(p -> p.startsWith(here + "."));
      if (!known.contains(here) && !leads) {
        throw PbqException.usage(
            label + " is no operation; the nearest known is " + NearestName.of(here, known));
      }
      ObjectNode value = table(label, entry.getValue());
      if (known.contains(here)) {
        into.put(here, ConfigSection.of(label, value));
      } else {
        readLayer(where, name, here, value, into);
      }
    }
  }

  private static Optional<Integer> layer(String key) {
    return key.matches("model_layer_(0|[1-9]\\d{0,5})")
        ? Optional.of(Integer.valueOf(key.substring(LAYERS.length() + 1)))
        : Optional.empty();
  }

  private static ObjectNode table(String where, JsonNode node) {
    if (node instanceof ObjectNode table) {
      return table;
    }
    throw PbqException.usage(where + " is no table of keys but " + node);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof QuantConfig c && c.tables.equals(tables);
  }

  @Override
  public int hashCode() {
    return tables.hashCode();
  }

  @Override
  public String toString() {
    return "QuantConfig" + tables;
  }
}
