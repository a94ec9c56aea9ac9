package dev.pbq.search.sampler;

import java.util.List;

/** A sampler: proposes the point to try next. */
@FunctionalInterface
public interface PointSampler {
  /**
   * The next point. The same history gives the same point.
   *
   * @param history all trials so far, in order
   * @param given how many of the first trials were not this sampler's proposals
   * @return the choice of each variable
   */
  List<Integer> next(List<Trial> history, int given);
}
