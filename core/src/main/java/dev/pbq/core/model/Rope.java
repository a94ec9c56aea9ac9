package dev.pbq.core.model;

import java.util.List;

/**
 * The frequencies of rotary position embedding (Su et al., RoFormer, 2021, section 3.2.2): pair i
 * of a head of width w turns by theta^(-2i/w) for each position, before scaling.
 *
 * @param theta the base
 * @param scaling how the frequencies are stretched for longer contexts
 */
public record Rope(double theta, Scaling scaling) {

  /** Changes an inverse frequency. */
  public sealed interface Scaling permits None, Interpolation, Llama3 {
    /** The frequency that takes the place of one, both in radians for each position. */
    double apply(double inverseFrequency);
  }

  /** Frequencies as they are. */
  public record None() implements Scaling {
    @Override
    public double apply(double inverseFrequency) {
      return inverseFrequency;
    }
  }

  /**
   * Position interpolation (Chen et al., 2023), {@code linear} in configurations: all frequencies
   * divided by {@code factor}.
   */
  public record Interpolation(double factor) implements Scaling {
    @Override
    public double apply(double inverseFrequency) {
      return inverseFrequency / factor;
    }
  }

  /**
   * Llama 3.1's scaling: long wavelengths are divided by {@code factor}, short ones kept, and those
   * between the two limits interpolated.
   *
   * @param lowFactor wavelengths above {@code originalPositions / lowFactor} are long
   * @param highFactor wavelengths below {@code originalPositions / highFactor} are short
   * @param originalPositions the context that the model was first trained with
   */
  public record Llama3(double factor, double lowFactor, double highFactor, double originalPositions)
      implements Scaling {
    @Override
    public double apply(double inverseFrequency) {
      double wavelength = 2 * Math.PI / inverseFrequency;
      if (wavelength > originalPositions / lowFactor) {
        return inverseFrequency / factor;
      }
      if (wavelength < originalPositions / highFactor) {
        return inverseFrequency;
      }
      double smooth = smooth(wavelength);
      return (1 - smooth) * inverseFrequency / factor + smooth * inverseFrequency;
    }

    /** What the frequency of a wavelength (in positions) is divided by. */
    public double divisor(double wavelength) {
      if (wavelength > originalPositions / lowFactor) {
        return factor;
      }
      if (wavelength < originalPositions / highFactor) {
        return 1;
      }
      double smooth = smooth(wavelength);
      return 1 / ((1 - smooth) / factor + smooth);
    }

    /** 0 at the limit of the long wavelengths, 1 at that of the short ones. */
    private double smooth(double wavelength) {
      return (originalPositions / wavelength - lowFactor) / (highFactor - lowFactor);
    }
  }

  /** The wavelength of pair {@code i} of heads of {@code width}, in positions, before scaling. */
  public double wavelength(int i, int width) {
    return 2 * Math.PI * Math.pow(theta, 2.0 * i / width);
  }

  /** The {@code width / 2} inverse frequencies of heads of {@code width}, rounded to float32. */
  float[] inverseFrequencies(int width) {
    float[] inverse = new float[width / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) scaling.apply((float) (1 / Math.pow(theta, 2.0 * i / width)));
    }
    return inverse;
  }

  /**
   * Reads {@code rope_theta} and {@code rope_scaling}, or the {@code rope_parameters} that newer
   * configurations have in their place.
   */
  static Rope of(ConfigKeys config) {
    double theta = config.positiveNumber("rope_theta", 10000);
    config.requireOne("partial_rotary_factor");
    ConfigKeys parameters = config.object("rope_parameters").orElse(null);
    if (parameters != null) {
      theta = parameters.positiveNumber("rope_theta", theta);
      parameters.requireOne("partial_rotary_factor");
    } else {
      parameters = config.object("rope_scaling").orElse(null);
    }
    return new Rope(theta, parameters == null ? new None() : scaling(parameters));
  }

  private static Scaling scaling(ConfigKeys parameters) {
    // "type" is the older name; where both are given they agree, and the newer one is read.
    String key = parameters.has("type") && !parameters.has("rope_type") ? "type" : "rope_type";
    if (!parameters.has(key) && parameters.has("factor")) {
      throw parameters.missing(key);
    }
    String kind = parameters.oneOf(key, List.of("default", "linear", "llama3"));
    return switch (kind) {
      case "linear" -> new Interpolation(parameters.positiveNumber("factor"));
      case "llama3" -> {
        Llama3 scaling =
            new Llama3(
                parameters.positiveNumber("factor"),
                parameters.positiveNumber("low_freq_factor"),
                parameters.positiveNumber("high_freq_factor"),
                parameters.positiveNumber("original_max_position_embeddings"));
        if (scaling.highFactor() <= scaling.lowFactor()) {
          throw parameters.contradiction(
              parameters.path()
                  + "high_freq_factor "
                  + scaling.highFactor()
                  + " is not above low_freq_factor "
                  + scaling.lowFactor());
        }
        yield scaling;
      }
      default -> new None();
    };
  }
}
