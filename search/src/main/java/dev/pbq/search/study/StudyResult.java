package dev.pbq.search.study;

import dev.pbq.search.sampler.ParetoFront;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The result of a study.
 *
 * @param full full precision
 * @param uniform the uniform configurations, for comparison, by falling width
 * @param trials all trials
 */
public record StudyResult(
    QualityMetric metric, Measured full, List<Measured> uniform, List<Measured> trials) {
  private static final double DENSITY_ROUNDING = 1e-9;

  public StudyResult {
    uniform = List.copyOf(uniform);
    trials = List.copyOf(trials);
  }

  /** Reads a study's file. */
  public static StudyResult of(StudyFile file, QualityMetric metric) {
    return new StudyResult(
        metric,
        file.labelled(Study.FULL).orElseThrow(),
        Study.uniformLabels().stream().map(l -> file.labelled(l).orElseThrow()).toList(),
        file.trials());
  }

  /** The trials that no other trial dominates, by falling density. */
  public List<Measured> front() {
    return ParetoFront.of(trials.stream().map(t -> t.asTrial(metric)).toList()).stream()
        .map(trials::get)
        .toList();
  }

  /**
   * The trial of the front that is best among those at least as dense as a uniform configuration,
   * if it is better than that.
   *
   * @param uniform one with a result
   */
  public Optional<Measured> better(Measured uniform) {
    return front().stream()
        .filter(t -> t.density() >= uniform.density() - DENSITY_ROUNDING)
        .filter(t -> metric.quality(t.value()) > metric.quality(uniform.value()))
        .max(Comparator.comparingDouble(t -> metric.quality(t.value())));
  }

  /**
   * The best trial: among those with at most so many bits and at least such a quality, the best by
   * quality, then by bits, as the reference chooses. Without either limit, the one with the fewest
   * bits that loses at most 1 % of perplexity, or 0.01 of accuracy, against full precision.
   *
   * @param maxBits average bits per number
   * @param minQuality worst value of the metric
   * @return empty if none satisfies the limits
   */
  public Optional<Measured> best(Optional<Double> maxBits, Optional<Double> minQuality) {
    boolean free = maxBits.isEmpty() && minQuality.isEmpty();
    double worst = metric.quality(minQuality.orElseGet(() -> metric.tolerated(full.value())));
    boolean limited = free || minQuality.isPresent();
    Comparator<Measured> byQuality =
        Comparator.comparingDouble((Measured t) -> -metric.quality(t.value()));
    Comparator<Measured> byBits = Comparator.comparingDouble(Measured::bits);
    return front().stream()
        .filter(t -> maxBits.isEmpty() || t.bits() <= maxBits.get())
        .filter(t -> !limited || metric.quality(t.value()) >= worst)
        .min(free ? byBits.thenComparing(byQuality) : byQuality.thenComparing(byBits));
  }
}
