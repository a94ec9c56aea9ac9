package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/**
 * Reads rotary positions from a configuration, in the keys of transformers 4 ({@code rope_theta},
 * {@code rope_scaling}, {@code partial_rotary_factor}) and 5 ({@code rope_parameters}).
 *
 * @param config the whole configuration
 * @param parameters the object with the kind of scaling, where there is one
 * @param nested whether that object stands inside one that has an entry for each type of layer
 * @param theta the base
 */
record RopeReader(
    ConfigKeys config, Optional<ConfigKeys> parameters, boolean nested, double theta) {
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final List<String> KINDS =
      List.of("default", "linear", "dynamic", "llama3", "yarn", "longrope");

  /**
   * The rotary positions that hold for all layers.
   *
   * @param defaultTheta the family's base where the configuration is silent
   */
  static RopeReader of(ConfigKeys config, double defaultTheta) {
    return of(config, Optional.empty(), defaultTheta);
  }

  /** As the other, where configurations may have an entry for each type of layer. */
  static RopeReader of(ConfigKeys config, Optional<String> layerType, double defaultTheta) {
    Optional<ConfigKeys> scaling = config.object("rope_scaling").filter(keys -> !keys.isEmpty());
    Optional<ConfigKeys> parameters = scaling.or(() -> config.object("rope_parameters"));
    Optional<ConfigKeys> own =
        layerType.flatMap(type -> parameters.flatMap(keys -> keys.object(type)));
    Optional<ConfigKeys> used = own.or(() -> parameters);
    double outer = config.positiveNumber("rope_theta", defaultTheta);
    double theta = used.map(keys -> keys.positiveNumber("rope_theta", outer)).orElse(outer);
    return new RopeReader(config, used, own.isPresent(), theta);
  }

  /**
   * The share of a head's width that turns.
   *
   * @param fallback the family's
   */
  double partial(double fallback) {
    double outer = config.positiveNumber("partial_rotary_factor", fallback);
    double share =
        parameters.map(keys -> keys.positiveNumber("partial_rotary_factor", outer)).orElse(outer);
    if (share > 1) {
      throw config.contradiction("partial_rotary_factor " + share + " is above 1");
    }
    return share;
  }

  Rope rope() {
    return new Rope(theta, parameters.map(this::scaling).orElseGet(Rope.None::new));
  }

  private Rope.Scaling scaling(ConfigKeys keys) {
    // "type" is the older name; where both are given they agree, and the newer one is read.
    String key = keys.has("type") && !keys.has("rope_type") ? "type" : "rope_type";
    if (!keys.has(key) && keys.has("factor")) {
      throw keys.missing(key);
    }
    String kind = keys.text(key).orElse("default");
    return switch (kind) {
      case "default" -> new Rope.None();
      case "linear" -> new Rope.Interpolation(keys.positiveNumber("factor"));
      case "dynamic" ->
          new Rope.Dynamic(keys.positiveNumber("factor"), positions().orElseThrow(this::noLimit));
      case "llama3" -> llama3(keys);
      case "yarn" -> yarn(keys);
      case "longrope", "su" -> longRope(keys);
      default -> throw keys.unsupported(key, '"' + kind + '"', KINDS);
    };
  }

  private Optional<Double> positions() {
    return config.has("max_position_embeddings")
        ? Optional.of((double) config.positive("max_position_embeddings"))
        : Optional.empty();
  }

  private RuntimeException noLimit() {
    return config.missing("max_position_embeddings");
  }

  private double originalPositions(ConfigKeys keys) {
    if (config.has(ORIGINAL)) {
      return config.positiveNumber(ORIGINAL);
    }
    if (keys.has(ORIGINAL)) {
      return keys.positiveNumber(ORIGINAL);
    }
    return positions().orElseThrow(() -> keys.missing(ORIGINAL));
  }

  /** The factor, or how far the positions go beyond the original ones. */
  private double factor(ConfigKeys keys, double original) {
    return keys.has("factor")
        ? keys.positiveNumber("factor")
        : positions().orElseThrow(() -> keys.missing("factor")) / original;
  }

  private static Rope.Scaling llama3(ConfigKeys keys) {
    Rope.Llama3 scaling =
        new Rope.Llama3(
            keys.positiveNumber("factor"),
            keys.positiveNumber("low_freq_factor"),
            keys.positiveNumber("high_freq_factor"),
            keys.positiveNumber(ORIGINAL));
    if (scaling.highFactor() <= scaling.lowFactor()) {
      throw keys.contradiction(
          keys.path()
              + "high_freq_factor "
              + scaling.highFactor()
              + " is not above low_freq_factor "
              + scaling.lowFactor());
    }
    return scaling;
  }

  private Rope.Scaling yarn(ConfigKeys keys) {
    double original = originalPositions(keys);
    double factor = factor(keys, original);
    double fast = keys.number("beta_fast", 32);
    double slow = keys.number("beta_slow", 1);
    return new Rope.Yarn(
        factor,
        original,
        fast == 0 ? 32 : fast,
        slow == 0 ? 1 : slow,
        nested || keys.flag("truncate", true),
        yarnFactor(keys, factor));
  }

  private static double yarnFactor(ConfigKeys keys, double factor) {
    if (keys.has("attention_factor")) {
      return keys.positiveNumber("attention_factor");
    }
    double scale = keys.number("mscale", 0);
    double allDimensions = keys.number("mscale_all_dim", 0);
    return scale != 0 && allDimensions != 0
        ? magnitude(factor, scale) / magnitude(factor, allDimensions)
        : magnitude(factor, 1);
  }

  /** YaRN's temperature: 0.1 k ln(factor) + 1. */
  static double magnitude(double factor, double k) {
    return factor <= 1 ? 1 : 0.1 * k * Math.log(factor) + 1;
  }

  /**
   * What DeepSeek multiplies the scale of the scores by: YaRN's temperature squared, where {@code
   * mscale_all_dim} is given.
   */
  double scoreFactor() {
    if (!(rope().scaling() instanceof Rope.Yarn yarn)) {
      return 1;
    }
    double k = parameters.orElseThrow().number("mscale_all_dim", 0);
    double m = k == 0 ? 1 : magnitude(yarn.factor(), k);
    return m * m;
  }

  private Rope.Scaling longRope(ConfigKeys keys) {
    double original = originalPositions(keys);
    double factor = factor(keys, original);
    double attention =
        keys.has("attention_factor")
            ? keys.positiveNumber("attention_factor")
            : factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new Rope.LongRope(
        keys.numbers("short_factor"), keys.numbers("long_factor"), original, attention);
  }
}
