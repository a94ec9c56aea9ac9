package dev.pbq.search.sampler;

import java.util.List;
import java.util.Optional;

/**
 * The order of trials of a study: first the planned trials, if any, then those that a sampler
 * proposes. A function of the trials so far.
 */
public record Proposals(Optional<SeedTrials> seeds, PointSampler sampler) {
  /** The next point. */
  public List<Integer> next(List<Trial> history) {
    int given = seeds.map(s -> s.count(history)).orElse(0);
    return seeds
        .flatMap(s -> s.next(history))
        .orElseGet(() -> sampler.next(List.copyOf(history), given));
  }
}
