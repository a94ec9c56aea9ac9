package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The Pareto front of trials with two figures, both the better the larger. */
public final class ParetoFront {
  private static final Comparator<Trial> BY_DENSITY =
      Comparator.comparingDouble(Trial::density).thenComparingDouble(Trial::quality).reversed();

  private ParetoFront() {}

  /**
   * Indices of the trials that no other dominates, by falling density. Of trials with the same
   * figures the first counts; those without a result are left out.
   */
  public static List<Integer> of(List<Trial> trials) {
    List<Integer> order =
        IntStream.range(0, trials.size())
            .filter(i -> trials.get(i).succeeded())
            .boxed()
            .sorted(Comparator.comparing(trials::get, BY_DENSITY))
            .toList();
    List<Integer> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (int i : order) {
      if (trials.get(i).quality() > best) {
        front.add(i);
        best = trials.get(i).quality();
      }
    }
    return front;
  }

  /**
   * The non-domination rank of every trial: 0 for those that none dominates, 1 for those that only
   * rank 0 dominates, and so on; trials without a result come last.
   */
  static int[] ranks(List<Trial> trials) {
    int[] ranks = new int[trials.size()];
    List<Integer> left =
        IntStream.range(0, ranks.length)
            .boxed()
            .sorted(Comparator.comparing(trials::get, BY_DENSITY))
            .toList();
    for (int rank = 0; !left.isEmpty(); rank++) {
      List<Integer> dominated = new ArrayList<>();
      Trial last = null;
      for (int i : left) {
        Trial t = trials.get(i);
        // In this order, a trial is dominated iff the best before it is at least as good.
        boolean member =
            last == null
                || t.quality() > last.quality()
                || (t.quality() == last.quality() && t.density() == last.density());
        if (member) {
          ranks[i] = rank;
          last = t;
        } else {
          dominated.add(i);
        }
      }
      left = dominated;
    }
    return ranks;
  }

  /**
   * The area that trials dominate, above a reference point.
   *
   * @param quality of the reference point; trials that are not above it add nothing
   * @param density of the reference point
   */
  public static double hypervolume(List<Trial> trials, double quality, double density) {
    double area = 0;
    double covered = quality;
    for (int i : of(trials)) {
      Trial t = trials.get(i);
      if (t.density() > density && t.quality() > covered) {
        area += (t.quality() - covered) * (t.density() - density);
        covered = t.quality();
      }
    }
    return area;
  }

  /**
   * Chooses trials that together dominate as large an area as possible: one after the other, each
   * that which adds most (of equals the first).
   *
   * @param count how many, at most as many as there are
   * @return indices in the order in which they were chosen
   */
  static List<Integer> largestSubset(
      List<Trial> trials, int count, double quality, double density) {
    List<Integer> chosen = new ArrayList<>();
    List<Trial> subset = new ArrayList<>();
    while (chosen.size() < count) {
      int best = -1;
      double bestArea = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < trials.size(); i++) {
        if (chosen.contains(i)) {
          continue;
        }
        subset.add(trials.get(i));
        double area = hypervolume(subset, quality, density);
        subset.remove(subset.size() - 1);
        if (area > bestArea) {
          best = i;
          bestArea = area;
        }
      }
      chosen.add(best);
      subset.add(trials.get(best));
    }
    return chosen;
  }
}
