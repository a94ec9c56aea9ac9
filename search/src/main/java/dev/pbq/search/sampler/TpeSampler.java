package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Tree-structured Parzen estimators for two objectives, after Ozaki et al., "Multiobjective
 * Tree-Structured Parzen Estimator", JAIR 73 (2022), with Optuna's defaults. Trials are split into
 * good and other ones by non-domination rank, the rank that does not fit whole by the area that its
 * members dominate; every variable's choices are estimated in both; of 24 choices drawn from the
 * good estimate, that with the largest ratio is taken, each variable by itself. A point that was
 * tried before is drawn again, a few times. Not sample for sample what Optuna proposes.
 */
final class TpeSampler implements PointSampler {
  private static final int STARTUP = 10;
  private static final int CANDIDATES = 24;
  private static final int MOST_GOOD = 25;
  private static final double GOOD_SHARE = 0.1;

  /** Trials whose weight does not fall with age. */
  private static final int RECENT = 25;

  private static final double SMALLEST = 1e-12;
  private static final int REDRAWS = 20;

  private final Dimensions dimensions;
  private final long seed;

  TpeSampler(Dimensions dimensions, long seed) {
    this.dimensions = dimensions;
    this.seed = seed;
  }

  @Override
  public List<Integer> next(List<Trial> history, int given) {
    SplittableRandom random = Dimensions.generator(seed, history.size());
    if (history.size() < STARTUP) {
      return dimensions.random(random);
    }
    List<Integer> good = good(history);
    Set<Integer> isGood = new HashSet<>(good);
    List<Integer> other = new ArrayList<>();
    for (int i = 0; i < history.size(); i++) {
      if (!isGood.contains(i)) {
        other.add(i);
      }
    }
    double[] goodWeights = contributions(history, good);
    double[] otherWeights = ages(other.size());
    CategoricalParzen[] wanted = new CategoricalParzen[dimensions.size()];
    CategoricalParzen[] unwanted = new CategoricalParzen[dimensions.size()];
    for (int v = 0; v < wanted.length; v++) {
      int n = dimensions.choices(v);
      wanted[v] = new CategoricalParzen(n, observed(history, good, v), goodWeights);
      unwanted[v] = new CategoricalParzen(n, observed(history, other, v), otherWeights);
    }
    Set<List<Integer>> tried = new HashSet<>();
    history.forEach(t -> tried.add(t.choices()));
    List<Integer> point = draw(wanted, unwanted, random);
    for (int i = 0; i < REDRAWS && tried.contains(point); i++) {
      point = draw(wanted, unwanted, random);
    }
    return point;
  }

  private static List<Integer> draw(
      CategoricalParzen[] wanted, CategoricalParzen[] unwanted, SplittableRandom random) {
    List<Integer> point = new ArrayList<>();
    for (int v = 0; v < wanted.length; v++) {
      int best = -1;
      double bestRatio = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < CANDIDATES; i++) {
        int c = wanted[v].sample(random);
        double ratio = wanted[v].logProbability(c) - unwanted[v].logProbability(c);
        if (ratio > bestRatio) {
          best = c;
          bestRatio = ratio;
        }
      }
      point.add(best);
    }
    return point;
  }

  /** The good trials, in the order of the study. */
  private static List<Integer> good(List<Trial> history) {
    int count = Math.min((int) Math.ceil(GOOD_SHARE * history.size()), MOST_GOOD);
    int[] ranks = ParetoFront.ranks(history);
    List<Integer> good = new ArrayList<>();
    for (int rank = 0; good.size() < count; rank++) {
      List<Integer> members = new ArrayList<>();
      for (int i = 0; i < ranks.length; i++) {
        if (ranks[i] == rank) {
          members.add(i);
        }
      }
      if (good.size() + members.size() <= count) {
        good.addAll(members);
        continue;
      }
      List<Trial> trials = members.stream().map(history::get).toList();
      Reference reference = Reference.below(trials);
      ParetoFront.largestSubset(
              trials, count - good.size(), reference.quality(), reference.density())
          .forEach(i -> good.add(members.get(i)));
    }
    return good.stream().sorted().toList();
  }

  /** Weights of the good trials: the area that each dominates alone, 1 for the largest. */
  private static double[] contributions(List<Trial> history, List<Integer> good) {
    List<Trial> trials = good.stream().map(history::get).toList();
    Reference reference = Reference.below(trials);
    double all = ParetoFront.hypervolume(trials, reference.quality(), reference.density());
    double[] weights = new double[trials.size()];
    double largest = 0;
    for (int i = 0; i < weights.length; i++) {
      List<Trial> others = new ArrayList<>(trials);
      others.remove(i);
      weights[i] = all - ParetoFront.hypervolume(others, reference.quality(), reference.density());
      largest = Math.max(largest, weights[i]);
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = largest > 0 ? Math.max(weights[i] / largest, SMALLEST) : 1;
    }
    return weights;
  }

  /** Weights of the other trials: 1 for the latest, falling to 1/n for older ones. */
  private static double[] ages(int n) {
    double[] weights = new double[n];
    Arrays.fill(weights, 1);
    int old = n - RECENT;
    for (int i = 0; i < old; i++) {
      double from = 1.0 / n;
      weights[i] = old == 1 ? from : from + (1 - from) * i / (old - 1);
    }
    return weights;
  }

  private static int[] observed(List<Trial> history, List<Integer> trials, int variable) {
    return trials.stream().mapToInt(i -> history.get(i).choices().get(variable)).toArray();
  }

  /** A point a little below the worst of both figures. */
  private record Reference(double quality, double density) {
    static Reference below(List<Trial> trials) {
      double quality = Double.POSITIVE_INFINITY;
      double density = Double.POSITIVE_INFINITY;
      for (Trial t : trials) {
        if (t.succeeded()) {
          quality = Math.min(quality, t.quality());
          density = Math.min(density, t.density());
        }
      }
      return Double.isInfinite(quality)
          ? new Reference(0, 0)
          : new Reference(below(quality), below(density));
    }

    private static double below(double worst) {
      return Math.min(0.9 * worst, 1.1 * worst);
    }
  }
}
