package dev.pbq.search.sampler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A space as it is written: the reference's seed configuration, at the top of a TOML file or, as in
 * its search files, in {@code [search_space.quant_config_seed]}.
 *
 * @param extend whether {@code [default]} is copied to every operation of every layer
 * @param sections those that are searched: {@code default}, {@code model_layer...}, {@code
 *     rotary_positional_encoding}
 * @param warnings about what has no effect
 */
record SeedFile(boolean extend, ObjectNode sections, List<String> warnings) {
  static final String DEFAULT = "default";
  static final String LAYERS = "model_layer";
  static final String ROTARY = "rotary_positional_encoding";

  private static final String EXTEND = "extend_quant_config_seed_first";
  private static final String SPACE = "search_space";
  private static final String SEED = "quant_config_seed";
  private static final Set<String> KINDS = Set.of("linear", "matmul", "bmm");
  private static final Set<String> ELSEWHERE = Set.of("search_strategy", "search_estimator");

  /**
   * Reads TOML.
   *
   * @throws PbqException USAGE naming what is wrong
   */
  static SeedFile read(String toml, String where) {
    JsonNode root;
    try {
      root = new TomlMapper().readTree(toml);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw PbqException.usage(
          where + (line > 0 ? ", line " + line : "") + ": not TOML: " + e.getOriginalMessage());
    }
    List<String> warnings = new ArrayList<>();
    ObjectNode tables = table(where, root);
    JsonNode extend = tables.path(EXTEND);
    if (tables.path(SPACE) instanceof ObjectNode space) {
      warnIgnored(where, tables, warnings);
      extend = space.path(EXTEND);
      tables = table(where + ": [" + SPACE + "." + SEED + "]", space.path(SEED));
    }
    if (!extend.isMissingNode() && !extend.isBoolean()) {
      throw PbqException.usage(where + ": " + EXTEND + " is " + extend + ", not true or false");
    }
    ObjectNode sections = sections(where, tables, warnings);
    return new SeedFile(extend.asBoolean(false), sections, List.copyOf(warnings));
  }

  private static void warnIgnored(String where, ObjectNode tables, List<String> warnings) {
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      String key = entry.getKey();
      if (ELSEWHERE.contains(key)) {
        warnings.add(where + ": [" + key + "] is not read: use the command's options");
      } else if (!key.equals(SPACE)) {
        Set<String> known = new TreeSet<>(ELSEWHERE);
        known.add(SPACE);
        throw unknown(where, key, known);
      }
    }
  }

  private static ObjectNode sections(String where, ObjectNode tables, List<String> warnings) {
    ObjectNode sections = tables.objectNode();
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      String key = entry.getKey();
      if (key.equals(EXTEND) || key.equals("by")) {
        continue;
      }
      if (KINDS.contains(key)) {
        warnings.add(where + ": [" + key + "] is not searched and has no effect");
        continue;
      }
      boolean layer = key.equals(LAYERS) || key.matches(LAYERS + "_\\d{1,6}");
      if (!layer && !key.equals(DEFAULT) && !key.equals(ROTARY)) {
        Set<String> known = new TreeSet<>(KINDS);
        known.addAll(List.of(DEFAULT, LAYERS, LAYERS + "_0", ROTARY, EXTEND, SPACE, "by"));
        throw unknown(where, key, known);
      }
      sections.set(key, table(where + ": [" + key + "]", entry.getValue()));
    }
    if (!sections.has(DEFAULT)) {
      throw PbqException.usage(where + ": the section [" + DEFAULT + "] is missing");
    }
    return sections;
  }

  private static ObjectNode table(String where, JsonNode node) {
    if (node instanceof ObjectNode table) {
      return table;
    }
    throw PbqException.usage(
        where + (node.isMissingNode() ? " is missing" : " is no table of keys but " + node));
  }

  private static PbqException unknown(String where, String key, Set<String> known) {
    return PbqException.usage(
        where
            + ": there is no section or key "
            + key
            + "; the nearest known is "
            + NearestName.of(key, known));
  }
}
