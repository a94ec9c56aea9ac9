package dev.pbq.search.sampler;

import java.util.List;

/** Points at random, every choice alike. */
final class RandomSampler implements PointSampler {
  private final Dimensions dimensions;
  private final long seed;

  RandomSampler(Dimensions dimensions, long seed) {
    this.dimensions = dimensions;
    this.seed = seed;
  }

  @Override
  public List<Integer> next(List<Trial> history, int given) {
    return dimensions.random(Dimensions.generator(seed, history.size()));
  }
}
