package dev.pbq.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rotary positions of a configuration in the keys of transformers 4 ({@code rope_theta}, {@code
 * rope_scaling} and a few of single families), which version 5 reads too, while version 4 passes
 * over {@code rope_parameters} and computes with defaults.
 */
final class RopeKeys {
  private static final String SCALING = "rope_scaling";
  private static final String PARAMETERS = "rope_parameters";
  private static final String THETA = "rope_theta";
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String KIND = "rope_type";
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  /** What version 4 calls base and share in families that have other names for them. */
  private static final Map<String, Map<String, String>> OWN_NAMES =
      Map.of("gpt_neox", Map.of(THETA, "rotary_emb_base", PARTIAL, "rotary_pct"));

  private RopeKeys() {}

  /**
   * Writes the positions in keys that both versions read.
   *
   * @param config of a model, or of the text part of a larger one; changed in place
   * @return what a user should know
   */
  static List<String> put(ObjectNode config) {
    if (!(config.get(PARAMETERS) instanceof ObjectNode parameters)) {
      return List.of();
    }
    if (config.path(SCALING).isObject() && !config.path(SCALING).isEmpty()) {
      return putWinner(config, (ObjectNode) config.get(SCALING));
    }
    if (!parameters.has(FULL)) {
      putFlat(config, parameters);
    } else if (!putByType(config, parameters)) {
      return List.of();
    }
    config.remove(PARAMETERS);
    return List.of();
  }

  /** Of the two objects {@code rope_scaling} counts, and with it its base. */
  private static List<String> putWinner(ObjectNode config, ObjectNode scaling) {
    config.remove(PARAMETERS);
    if (scaling.has(THETA)) {
      config.set(name(config, THETA), scaling.get(THETA));
    }
    return List.of(
        "the source has rope_scaling and rope_parameters; the model computes with the former, and"
            + " the latter is left out");
  }

  private static void putFlat(ObjectNode config, ObjectNode parameters) {
    for (String key : List.of(THETA, PARTIAL)) {
      if (parameters.hasNonNull(key)) {
        config.set(name(config, key), parameters.get(key));
      }
    }
    scaling(parameters).ifPresent(scaling -> config.set(SCALING, scaling));
  }

  private static String name(ObjectNode config, String key) {
    return OWN_NAMES
        .getOrDefault(config.path("model_type").asText(), Map.of())
        .getOrDefault(key, key);
  }

  /** What is left of the object in version 4; empty for positions that are not scaled. */
  private static Optional<ObjectNode> scaling(JsonNode parameters) {
    if (parameters.path(KIND).asText("default").equals("default")) {
      return Optional.empty();
    }
    ObjectNode scaling = parameters.deepCopy();
    scaling.remove(List.of(THETA, PARTIAL));
    return Optional.of(scaling);
  }

  /**
   * Version 4 scales layers with full attention alone, and has another base for the others in one
   * family.
   *
   * @return whether it can say what the object says
   */
  private static boolean putByType(ObjectNode config, ObjectNode parameters) {
    JsonNode full = parameters.path(FULL);
    JsonNode sliding = parameters.path(SLIDING);
    boolean ownBase = config.path("model_type").asText().equals("gemma3_text");
    boolean sameBase = full.path(THETA).equals(sliding.path(THETA));
    if (scaling(sliding).isPresent() || !(ownBase || sameBase) || !full.hasNonNull(THETA)) {
      return false;
    }
    config.set(THETA, full.get(THETA));
    if (ownBase && sliding.hasNonNull(THETA)) {
      config.set("rope_local_base_freq", sliding.get(THETA));
    }
    scaling(full)
        .ifPresent(
            scaling -> {
              // Entries by type of layer are always cut to whole numbers, whatever they say.
              scaling.remove("truncate");
              config.set(SCALING, scaling);
            });
    return true;
  }
}
