package dev.pbq.search.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.search.sampler.Trial;
import java.util.List;
import java.util.Locale;

/**
 * One line of a study: a configuration and its result.
 *
 * @param trial its number, from 0; null for configurations outside the space
 * @param label what it is, where it is no trial: {@code full}, {@code W6A6}
 * @param choices of the variables; null where it is no trial
 * @param value of the metric; null if there was no finite result
 * @param density memory density; 1 for full precision
 * @param ownBits bits per number with right operands of attention counted at their own width
 * @param failure why there is no value
 * @param sameAs the trial with the same configuration, whose value this is
 * @param seconds spent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Measured(
    Integer trial,
    String label,
    List<Integer> choices,
    Double value,
    double density,
    @JsonProperty("own_bits") double ownBits,
    String failure,
    @JsonProperty("same_as") Integer sameAs,
    double seconds) {
  public Measured {
    choices = choices == null ? null : List.copyOf(choices);
  }

  /** As samplers see it. */
  public Trial asTrial(QualityMetric metric) {
    return new Trial(
        choices == null ? List.of() : choices,
        value == null ? Double.NEGATIVE_INFINITY : metric.quality(value),
        density);
  }

  /** Bits per number. */
  public double bits() {
    return 32 / density;
  }

  /** A trial with a value in a few words: {@code 12: perplexity 7.31, memory density ...}. */
  public String describe(QualityMetric metric) {
    return String.format(
        Locale.ROOT,
        "%d: %s %.5g, memory density %.3fx, %.3f bits",
        trial,
        metric.label(),
        value,
        density,
        bits());
  }
}
