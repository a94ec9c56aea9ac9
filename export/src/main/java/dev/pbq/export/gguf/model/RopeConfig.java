package dev.pbq.export.gguf.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Rotary positions: {@code rope_theta} and {@code rope_scaling} from a file's keys and tensors. */
final class RopeConfig {
  /** Divisors of the frequencies, as Llama 3.1's scaling gives them. */
  static final String DIVISORS = "rope_freqs.weight";

  static final String LONG = "rope_factors_long.weight";
  static final String SHORT = "rope_factors_short.weight";

  private static final String SCALING = "rope_scaling";
  private static final String ORIGINAL = "original_max_position_embeddings";

  private RopeConfig() {}

  /** Base and scaling. */
  static void put(ModelKeys keys, ObjectNode config) {
    keys.number("rope.freq_base").ifPresent(base -> config.put("rope_theta", base));
    Optional<float[]> divisors = keys.vector(DIVISORS);
    if (divisors.isPresent()) {
      putDivisors(keys, config, divisors.get());
      return;
    }
    String type = keys.text("rope.scaling.type").orElse("linear");
    double factor =
        keys.number("rope.scaling.factor").orElse(keys.number("rope.scale_linear").orElse(1));
    switch (type) {
      case "none", "longrope" -> {
        // The factors of longrope are tensors.
      }
      case "linear" -> {
        if (factor != 1 && factor != 0) {
          config.putObject(SCALING).put("rope_type", type).put("factor", factor);
        }
      }
      case "yarn" -> {
        ObjectNode scaling = config.putObject(SCALING).put("rope_type", type).put("factor", factor);
        scaling.put(ORIGINAL, keys.require("rope.scaling.original_context_length"));
      }
      default -> throw keys.bad("rope.scaling.type '" + type + "' is none that pbq reads");
    }
  }

  /** Every frequency has its own divisor: that is longrope with one list and no temperature. */
  private static void putDivisors(ModelKeys keys, ObjectNode config, float[] divisors) {
    ObjectNode scaling = config.putObject(SCALING).put("rope_type", "longrope").put("factor", 1);
    putAll(scaling.putArray("short_factor"), divisors);
    putAll(scaling.putArray("long_factor"), divisors);
    scaling.put("attention_factor", 1.0);
    scaling.put(ORIGINAL, keys.require("context_length"));
  }

  /** Phi 3: a list for texts up to the original length, and one for longer ones. */
  static void putLong(ModelKeys keys, ObjectNode config) {
    Optional<float[]> shorter = keys.vector(SHORT);
    Optional<float[]> longer = keys.vector(LONG);
    if (shorter.isEmpty() != longer.isEmpty()) {
      throw keys.bad("of " + SHORT + " and " + LONG + " only one is there");
    }
    if (shorter.isPresent()) {
      ObjectNode scaling = config.putObject(SCALING).put("rope_type", "longrope");
      putAll(scaling.putArray("short_factor"), shorter.get());
      putAll(scaling.putArray("long_factor"), longer.get());
      keys.number("rope.scaling.attn_factor").ifPresent(f -> scaling.put("attention_factor", f));
      config.put(ORIGINAL, keys.require("rope.scaling.original_context_length"));
    }
  }

  private static void putAll(ArrayNode list, float[] values) {
    for (float value : values) {
      list.add(value);
    }
  }
}
