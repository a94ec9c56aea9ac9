package dev.pbq.arb.partition;

import java.util.Arrays;

/**
 * One part of a {@link SortedRun}: the values whose magnitude is below a break point, which are
 * neighbours in signed order, or all others, which stand at both ends.
 */
final class RunGroup extends SortedGroup {
  private final SortedRun run;
  private final boolean outer;
  private final int[] place = new int[3];
  private int from;
  private int to;

  /**
   * A group of a run.
   *
   * @param outer whether it has the values outside of the range instead of those inside
   */
  RunGroup(SortedRun run, boolean outer, boolean subtractMean) {
    super(subtractMean);
    this.run = run;
    this.outer = outer;
  }

  /** To be called when the run has been loaded anew. */
  void start() {
    Arrays.fill(place, run.negative());
  }

  /** Makes [from, to) the range of the values below the break point. */
  void range(int from, int to) {
    this.from = from;
    this.to = to;
    count = to - from;
    sum = run.sum[to] - run.sum[from];
    sumTail = tail(run.sum, run.sumTail, from, to, sum);
    squares = run.squares[to] - run.squares[from];
    squaresTail = tail(run.squares, run.squaresTail, from, to, squares);
    if (outer) {
      int all = run.size();
      count = all - count;
      double s = run.sum[all] - sum;
      sumTail = RoundingError.ofSum(run.sum[all], -sum, s) + (run.sumTail[all] - sumTail);
      sum = s;
      double q = run.squares[all] - squares;
      squaresTail =
          RoundingError.ofSum(run.squares[all], -squares, q) + (run.squaresTail[all] - squaresTail);
      squares = q;
    }
  }

  /** Index of the first value at or above a boundary, as of the last {@link #seek} of it. */
  int place(int boundary) {
    return place[boundary];
  }

  @Override
  void seek(int boundary, double t) {
    double[] value = run.value;
    int at = place[boundary];
    while (at < run.size() && value[at] < t) {
      at++;
    }
    while (at > 0 && value[at - 1] >= t) {
      at--;
    }
    place[boundary] = at;
    if (!outer) {
      at = Math.max(from, Math.min(to, at));
      below = at - from;
      belowSum = run.sum[at] - run.sum[from];
      belowTail = tail(run.sum, run.sumTail, from, at, belowSum);
    } else if (at <= to) {
      at = Math.min(from, at);
      below = at;
      belowSum = run.sum[at];
      belowTail = run.sumTail[at];
    } else {
      double inside = run.sum[to] - run.sum[from];
      double insideTail = tail(run.sum, run.sumTail, from, to, inside);
      below = at - (to - from);
      belowSum = run.sum[at] - inside;
      belowTail =
          RoundingError.ofSum(run.sum[at], -inside, belowSum) + (run.sumTail[at] - insideTail);
    }
  }

  /** The rounding error of a difference of two prefix sums, that of the sums included. */
  private static double tail(double[] prefix, double[] tails, int from, int to, double difference) {
    return RoundingError.ofSum(prefix[to], -prefix[from], difference) + (tails[to] - tails[from]);
  }
}
