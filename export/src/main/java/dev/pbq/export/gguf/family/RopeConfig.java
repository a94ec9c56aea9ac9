package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Rotary positions: {@code rope_theta} and {@code rope_scaling} from a file's keys and tensors. */
final class RopeConfig {
  /** Divisors of the frequencies, as Llama 3.1's scaling gives them. */
  static final String DIVISORS = "rope_freqs.weight";

  static final String LONG = "rope_factors_long.weight";
  static final String SHORT = "rope_factors_short.weight";

  static final String SCALING = "rope_scaling";
  private static final String ORIGINAL = "original_max_position_embeddings";

  private RopeConfig() {}

  /** Base and scaling. */
  static void put(ModelKeys keys, ObjectNode config) {
    keys.number(KeyNames.ROPE_BASE).ifPresent(base -> config.put("rope_theta", base));
    if (keys.holds(LONG) || keys.holds(SHORT)) {
      putLong(keys, config);
      return;
    }
    Optional<float[]> divisors = keys.vector(DIVISORS);
    if (divisors.isPresent()) {
      putDivisors(keys, config, divisors.get());
      return;
    }
    String type = keys.text(KeyNames.SCALING).orElse("linear");
    double factor =
        keys.number(KeyNames.SCALING_FACTOR)
            .orElse(keys.number(KeyNames.OLD_SCALING_FACTOR).orElse(1));
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
        scaling.put(ORIGINAL, keys.require(KeyNames.ORIGINAL_CONTEXT));
        keys.number(KeyNames.YARN_FAST).ifPresent(n -> scaling.put("beta_fast", n));
        keys.number(KeyNames.YARN_SLOW).ifPresent(n -> scaling.put("beta_slow", n));
        keys.number(KeyNames.TEMPERATURE_FACTOR)
            .ifPresent(n -> scaling.put("attention_factor", n * (1 + 0.1 * Math.log(factor))));
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
    scaling.put(ORIGINAL, keys.require(KeyNames.CONTEXT));
  }

  /** A list for texts up to the original length, and one for longer ones. */
  private static void putLong(ModelKeys keys, ObjectNode config) {
    if (!keys.holds(SHORT) || !keys.holds(LONG)) {
      throw keys.bad("of " + SHORT + " and " + LONG + " only one is there");
    }
    ObjectNode scaling = config.putObject(SCALING).put("rope_type", "longrope");
    putAll(scaling.putArray("short_factor"), keys.vector(SHORT).orElseThrow());
    putAll(scaling.putArray("long_factor"), keys.vector(LONG).orElseThrow());
    keys.number(KeyNames.TEMPERATURE_FACTOR).ifPresent(f -> scaling.put("attention_factor", f));
    config.put(ORIGINAL, keys.require(KeyNames.ORIGINAL_CONTEXT));
  }

  private static void putAll(ArrayNode list, float[] values) {
    for (float value : values) {
      list.add(value);
    }
  }
}
