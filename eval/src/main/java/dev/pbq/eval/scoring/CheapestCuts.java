package dev.pbq.eval.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Cuts a list of items into runs of consecutive ones so that the sum of the runs' costs is least.
 */
final class CheapestCuts {
  /** The cost of a run that must not be. */
  static final long FORBIDDEN = Long.MAX_VALUE;

  /** The cost of a run. */
  @FunctionalInterface
  interface Cost {
    /**
     * What the items [from, to) cost together.
     *
     * @return {@link #FORBIDDEN} if they cannot be together, nor any more that end at {@code to}; a
     *     single item always can
     */
    long of(int from, int to);
  }

  /** Items [from, to). */
  record Run(int from, int to) {}

  private CheapestCuts() {}

  /**
   * The runs, in order; of equally cheap cuts one with long runs.
   *
   * @param items how many there are
   */
  static List<Run> of(int items, Cost cost) {
    long[] least = new long[items + 1];
    int[] begin = new int[items + 1];
    Arrays.fill(least, 1, items + 1, FORBIDDEN);
    for (int to = 1; to <= items; to++) {
      for (int from = to - 1; from >= 0; from--) {
        long own = cost.of(from, to);
        if (own == FORBIDDEN) {
          break;
        }
        if (least[from] + own <= least[to]) {
          least[to] = least[from] + own;
          begin[to] = from;
        }
      }
    }
    List<Run> runs = new ArrayList<>();
    for (int to = items; to > 0; to = begin[to]) {
      runs.add(new Run(begin[to], to));
    }
    Collections.reverse(runs);
    return runs;
  }
}
