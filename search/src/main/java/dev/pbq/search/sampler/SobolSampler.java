package dev.pbq.search.sampler;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.random.SobolSequenceGenerator;

/**
 * Points of a Sobol sequence, shifted by a random vector modulo 1 that depends on the seed alone
 * (Cranley and Patterson's rotation), so that seeds differ and every choice is met equally often.
 */
final class SobolSampler implements PointSampler {
  /** For so many dimensions there are direction numbers. */
  private static final int MOST = 1000;

  private final Dimensions dimensions;
  private final double[] shift;

  SobolSampler(Dimensions dimensions, long seed) {
    if (dimensions.size() > MOST) {
      throw PbqException.usage(
          "the sampler qmc takes at most "
              + MOST
              + " variables, and the space has "
              + dimensions.size());
    }
    this.dimensions = dimensions;
    SplittableRandom random = Dimensions.generator(seed, -1);
    this.shift = random.doubles(dimensions.size()).toArray();
  }

  @Override
  public List<Integer> next(List<Trial> history, int given) {
    double[] point = new SobolSequenceGenerator(dimensions.size()).skipTo(history.size() - given);
    List<Integer> choices = new ArrayList<>();
    for (int i = 0; i < point.length; i++) {
      double x = (point[i] + shift[i]) % 1;
      choices.add((int) (x * dimensions.choices(i)));
    }
    return choices;
  }
}
