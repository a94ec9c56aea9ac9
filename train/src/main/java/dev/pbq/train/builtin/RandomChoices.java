package dev.pbq.train.builtin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random choices that count their own information: the sum of -ln p over everything chosen. Where
 * different choices always give different texts, that sum is the exact entropy of the texts.
 */
final class RandomChoices {
  private final SplittableRandom random;
  private double nats;

  RandomChoices(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Uniform in [0, n). */
  int below(int n) {
    nats += Math.log(n);
    return random.nextInt(n);
  }

  /** Uniform in [from, to], both included. */
  int between(int from, int to) {
    return from + below(to - from + 1);
  }

  <T> T pick(List<T> options) {
    return options.get(below(options.size()));
  }

  /** An index with probability proportional to its weight; {@code cumulative} holds prefix sums. */
  int weighted(double[] cumulative) {
    double point = random.nextDouble() * cumulative[cumulative.length - 1];
    int i = 0;
    while (cumulative[i] <= point) {
      i++;
    }
    double weight = i == 0 ? cumulative[0] : cumulative[i] - cumulative[i - 1];
    nats -= Math.log(weight / cumulative[cumulative.length - 1]);
    return i;
  }

  /** An ordered draw of {@code n} different elements. */
  <T> List<T> draw(List<T> options, int n) {
    List<T> rest = new ArrayList<>(options);
    for (int i = 0; i < n; i++) {
      Collections.swap(rest, i, i + below(rest.size() - i));
    }
    return List.copyOf(rest.subList(0, n));
  }

  /** Information of all choices so far. */
  double nats() {
    return nats;
  }

  /** Prefix sums of {@code weights}, as {@link #weighted} wants them. */
  static double[] cumulative(double[] weights) {
    double[] sums = weights.clone();
    for (int i = 1; i < sums.length; i++) {
      sums[i] += sums[i - 1];
    }
    return sums;
  }
}
