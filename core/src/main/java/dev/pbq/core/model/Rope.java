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

  /** Changes inverse frequencies. */
  public sealed interface Scaling permits EachScaling, Dynamic, Yarn, LongRope {
    /** Whether the frequencies follow from the length of the text. */
    default boolean followsLength() {
      return false;
    }

    /** What the rotated queries and keys are multiplied by. */
    default double attentionFactor() {
      return 1;
    }
  }

  /** Changes every inverse frequency by itself. */
  public sealed interface EachScaling extends Scaling permits None, Interpolation, Llama3 {
    /** The frequency that takes the place of one, both in radians for each position. */
    double apply(double inverseFrequency);
  }

  /** Frequencies as they are. */
  public record None() implements EachScaling {
    @Override
    public double apply(double inverseFrequency) {
      return inverseFrequency;
    }
  }

  /**
   * Position interpolation (Chen et al., 2023), {@code linear} in configurations: all frequencies
   * divided by {@code factor}.
   */
  public record Interpolation(double factor) implements EachScaling {
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
      implements EachScaling {
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

  /**
   * Dynamic scaling (NTK-aware interpolation): for texts longer than the model's positions the base
   * grows with the length.
   *
   * @param factor the strength
   * @param positions texts up to this length have the frequencies as they are
   */
  public record Dynamic(double factor, double positions) implements Scaling {
    @Override
    public boolean followsLength() {
      return true;
    }

    double theta(double theta, int width, long length) {
      if (length <= positions) {
        return theta;
      }
      double stretch = factor * length / positions - (factor - 1);
      return theta * Math.pow(stretch, width / (width - 2.0));
    }
  }

  /**
   * YaRN (Peng et al., 2023): fast pairs keep their frequency, slow ones are divided by {@code
   * factor}, those between are blended.
   *
   * @param originalPositions the context that the model was first trained with
   * @param betaFast turns within that context above which a pair is fast
   * @param betaSlow turns below which a pair is slow
   * @param truncate whether the two limits are rounded outwards to whole pairs
   */
  public record Yarn(
      double factor,
      double originalPositions,
      double betaFast,
      double betaSlow,
      boolean truncate,
      double attentionFactor)
      implements Scaling {
    double apply(double theta, int i, int width) {
      double low = limit(theta, width, betaFast);
      double high = limit(theta, width, betaSlow);
      if (truncate) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, width - 1.0);
      if (low == high) {
        high += 0.001;
      }
      double ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
      float plain = (float) (1 / Math.pow(theta, 2.0 * i / width));
      return plain * ((1 - ramp) + ramp / factor);
    }

    private double limit(double theta, int width, double turns) {
      return width * Math.log(originalPositions / (2 * Math.PI * turns)) / (2 * Math.log(theta));
    }
  }

  /**
   * LongRoPE (Ding et al., 2024): every pair has a divisor of its own, one for short texts and one
   * for long ones.
   *
   * @param shortFactors divisors for texts up to {@code originalPositions}, one for each pair
   * @param longFactors divisors for longer texts
   */
  public record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      double originalPositions,
      double attentionFactor)
      implements Scaling {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
    }

    @Override
    public boolean followsLength() {
      return true;
    }

    List<Double> factors(long length) {
      return length > originalPositions ? longFactors : shortFactors;
    }
  }

  /** The wavelength of pair {@code i} of heads of {@code width}, in positions, before scaling. */
  public double wavelength(int i, int width) {
    return 2 * Math.PI * Math.pow(theta, 2.0 * i / width);
  }

  /**
   * The {@code width / 2} inverse frequencies of heads of {@code width}, rounded to float32.
   *
   * @param length tokens of the text, where the frequencies follow from it
   */
  float[] inverseFrequencies(int width, long length) {
    float[] inverse = new float[width / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) inverseFrequency(i, width, length);
    }
    return inverse;
  }

  private double inverseFrequency(int i, int width, long length) {
    if (scaling instanceof EachScaling each) {
      return each.apply((float) (1 / Math.pow(theta, 2.0 * i / width)));
    }
    if (scaling instanceof Yarn yarn) {
      return yarn.apply(theta, i, width);
    }
    if (scaling instanceof Dynamic dynamic) {
      return 1 / Math.pow(dynamic.theta(theta, width, length), 2.0 * i / width);
    }
    LongRope longRope = (LongRope) scaling;
    return 1 / (longRope.factors(length).get(i) * Math.pow(theta, 2.0 * i / width));
  }

  /**
   * Reads {@code rope_theta} and {@code rope_scaling}, or the {@code rope_parameters} that newer
   * configurations have in their place.
   */
  static Rope of(ConfigKeys config) {
    return RopeReader.of(config, 10000).rope();
  }
}
