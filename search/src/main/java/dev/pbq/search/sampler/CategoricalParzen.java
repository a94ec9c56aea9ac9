package dev.pbq.search.sampler;

import java.util.SplittableRandom;

/**
 * The distribution of one variable's choices among some trials: a weighted mixture of one kernel
 * for each trial, which prefers its choice, and a uniform one. Akiba et al., Optuna; Bergstra et
 * al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011.
 */
final class CategoricalParzen {
  private static final double PRIOR = 1;

  private final double[] probabilities;

  /**
   * Estimates.
   *
   * @param choices how many there are
   * @param observed choice of each trial
   * @param weights of the trials, each at least 0
   */
  CategoricalParzen(int choices, int[] observed, double[] weights) {
    probabilities = new double[choices];
    double sum = PRIOR;
    for (double w : weights) {
      sum += w;
    }
    // A kernel: PRIOR / kernels for every choice, and 1 more for its own.
    double background = PRIOR / (observed.length + 1);
    double total = 1 + background * choices;
    for (int i = 0; i < observed.length; i++) {
      for (int c = 0; c < choices; c++) {
        double mass = background + (c == observed[i] ? 1 : 0);
        probabilities[c] += weights[i] / sum * mass / total;
      }
    }
    for (int c = 0; c < choices; c++) {
      probabilities[c] += PRIOR / sum / choices;
    }
  }

  double logProbability(int choice) {
    return Math.log(probabilities[choice]);
  }

  int sample(SplittableRandom random) {
    double u = random.nextDouble();
    for (int c = 0; c < probabilities.length - 1; c++) {
      u -= probabilities[c];
      if (u < 0) {
        return c;
      }
    }
    return probabilities.length - 1;
  }
}
