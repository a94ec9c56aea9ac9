package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.Contradiction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Facts that a {@code config.json} states twice and differently, under an old and a new key, or
 * outside and inside of an object. What counts is the choice of transformers 5
 * (configuration_utils.py, modeling_rope_utils.py) and of this project's readers alike.
 */
final class ConfigFacts {
  private static final String FILE = ModelFolder.CONFIG;
  private static final String SCALING = "rope_scaling";
  private static final String PARAMETERS = "rope_parameters";
  private static final String THETA = "rope_theta";
  private static final String TEXT = "text_config";

  private final List<Contradiction> found = new ArrayList<>();

  private ConfigFacts() {}

  /** All that contradict each other, in the order of this class. */
  static List<Contradiction> contradictions(ObjectNode config) {
    ConfigFacts facts = new ConfigFacts();
    facts.within(config, FILE);
    if (config.get(TEXT) instanceof ObjectNode text) {
      String inner = FILE + ", " + TEXT;
      facts.within(text, inner);
      facts.differ("vocab_size", text, "vocab_size", inner, config, "vocab_size", FILE);
      String tied = "tie_word_embeddings";
      facts.differ(tied, config, tied, FILE, text, tied, inner);
    }
    return List.copyOf(facts.found);
  }

  private void within(ObjectNode config, String where) {
    differ("the type of the weights", config, "dtype", config, "torch_dtype", where);
    if (config.path("model_type").asText().startsWith("gemma")) {
      differ("the activation", config, "hidden_activation", config, "hidden_act", where);
    }
    Optional<ObjectNode> scaling = filled(config, SCALING);
    Optional<ObjectNode> parameters = filled(config, PARAMETERS);
    if (scaling.isPresent() && parameters.isPresent()) {
      rope(config, scaling.get(), parameters.get(), where);
    }
    scaling
        .or(() -> parameters)
        .ifPresent(used -> inside(config, used, scaling.isPresent() ? SCALING : PARAMETERS, where));
  }

  private void rope(ObjectNode config, ObjectNode scaling, ObjectNode parameters, String where) {
    ObjectNode old = usual(scaling);
    ObjectNode current = usual(parameters);
    boolean silent = !old.hasNonNull(THETA) && current.hasNonNull(THETA);
    if (silent && same(config.path(THETA), current.path(THETA))) {
      current.remove(THETA);
    }
    if (!old.equals(current)) {
      found.add(
          new Contradiction(
              "the scaling of rotary positions",
              scaling.toString(),
              where + ", " + SCALING,
              parameters.toString(),
              PARAMETERS));
    }
  }

  /** With the newer name of the kind alone, and numbers alike. */
  private static ObjectNode usual(ObjectNode rope) {
    ObjectNode copy = rope.objectNode();
    rope.properties()
        .forEach(
            e -> {
              JsonNode value = e.getValue();
              copy.set(
                  e.getKey(),
                  value.isNumber() ? copy.numberNode(value.doubleValue()) : value.deepCopy());
            });
    if (!copy.hasNonNull("rope_type") && copy.hasNonNull("type")) {
      copy.set("rope_type", copy.get("type"));
    }
    copy.remove("type");
    return copy;
  }

  /** Keys that stand outside of the object with the rotary positions too, or twice in it. */
  private void inside(ObjectNode config, ObjectNode used, String object, String where) {
    String inner = where + ", " + object;
    differ("the kind of rotary positions", used, "rope_type", used, "type", inner);
    for (String key : List.of(THETA, "partial_rotary_factor")) {
      differ(key, used, key, inner, config, key, where);
    }
    String original = "original_max_position_embeddings";
    differ(original, config, original, where, used, original, inner);
  }

  private void differ(
      String fact, ObjectNode one, String key, ObjectNode other, String otherKey, String where) {
    differ(fact, one, key, where + ", " + key, other, otherKey, otherKey);
  }

  private void differ(
      String fact,
      ObjectNode counts,
      String key,
      String in,
      ObjectNode other,
      String otherKey,
      String otherIn) {
    if (counts.hasNonNull(key)
        && other.hasNonNull(otherKey)
        && !same(counts.get(key), other.get(otherKey))) {
      found.add(
          new Contradiction(
              fact, counts.get(key).toString(), in, other.get(otherKey).toString(), otherIn));
    }
  }

  private static Optional<ObjectNode> filled(ObjectNode config, String key) {
    return config.get(key) instanceof ObjectNode object && !object.isEmpty()
        ? Optional.of(object)
        : Optional.empty();
  }

  private static boolean same(JsonNode a, JsonNode b) {
    return (a.isNumber() && b.isNumber()) ? a.doubleValue() == b.doubleValue() : a.equals(b);
  }
}
