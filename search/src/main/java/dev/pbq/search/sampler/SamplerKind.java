package dev.pbq.search.sampler;

import dev.pbq.core.PbqException;

/** The samplers by name. */
public enum SamplerKind {
  /** Every choice alike. */
  RANDOM,
  /** Tree-structured Parzen estimators, for several objectives. */
  TPE,
  /** Genetic, by ranks and crowding. */
  NSGA2,
  /** Genetic, by ranks and reference points. */
  NSGA3,
  /** Quasi-random: a Sobol sequence. */
  QMC;

  /**
   * Makes a sampler.
   *
   * @param seed of everything random
   * @param population of the genetic samplers
   * @throws PbqException USAGE if the space is too large for the sampler
   */
  public PointSampler create(SearchSpace space, long seed, int population) {
    Dimensions dimensions = space.dimensions();
    return switch (this) {
      case RANDOM -> new RandomSampler(dimensions, seed);
      case TPE -> new TpeSampler(dimensions, seed);
      case NSGA2, NSGA3 -> new GeneticSampler(dimensions, seed, population, this == NSGA3);
      case QMC -> new SobolSampler(dimensions, seed);
    };
  }
}
