package dev.pbq.arb.partition;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The search for the break points of one side, one after the other: the high part of a round
 * becomes a group, and the low part is searched again (ARB-LLM, table 4f).
 */
final class SplitSearch {
  private SplitSearch() {}

  /**
   * Divides a side.
   *
   * @param points break points to try, from the side's magnitudes
   * @param published see {@link PartitionSettings#publishedMultisplit}
   * @return the rounds
   * @throws PbqException NUMERICAL if the error overflows
   */
  static List<Split> run(
      Side side, Function<double[], double[]> points, SplitErrors errors, boolean published) {
    List<Split> splits = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < side.rounds(); round++) {
      double[] candidates = points.apply(side.magnitudes());
      if (candidates.length == 0) {
        splits.add(Split.nothing());
        continue;
      }
      double[] error = errors.of(candidates);
      int chosen = lowest(error);
      if (published && !(error[chosen] < best)) {
        chosen = 0;
      }
      best = Math.min(best, error[chosen]);
      splits.add(new Split(candidates, error, chosen, candidates[chosen]));
      side.take(round, candidates[chosen]);
      if (round + 1 < side.rounds()) {
        errors.fix(round, chosen);
      }
    }
    return splits;
  }

  /**
   * Index of the first of the lowest errors.
   *
   * @throws PbqException NUMERICAL if it is not finite
   */
  static int lowest(double[] errors) {
    int lowest = 0;
    for (int i = 1; i < errors.length; i++) {
      lowest = errors[i] < errors[lowest] ? i : lowest;
    }
    if (!Double.isFinite(errors[lowest])) {
      throw PbqException.numerical("the error of dividing a block is not finite");
    }
    return lowest;
  }
}
