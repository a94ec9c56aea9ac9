package dev.pbq.arb.partition;

import java.util.Arrays;

/**
 * A group that takes in values of a sorted row one at a time. The members form a linked list; the
 * list is first built with all values that will come, then they are unlinked from the last to the
 * first, so that adding one later only restores its links. Each boundary remembers its place in the
 * list and the sum below it.
 */
final class GrowingGroup extends SortedGroup {
  private final int order;
  private final int boundaries;
  private final int end;
  private final int head;

  /** By rank; NaN at {@code head} and {@code end}, so that no comparison leads past them. */
  private final double[] value;

  private final int[] next;
  private final int[] previous;
  private final boolean[] planned;

  private final double[] threshold = new double[3];
  private final int[] place = new int[3];
  private final int[] counts = new int[3];
  private final double[] sums = new double[3];
  private final double[] tails = new double[3];

  private int[] sequence;
  private int taken;

  /**
   * A group for rows of {@code width} values.
   *
   * @param order the order of binarization
   */
  GrowingGroup(int width, int order, boolean subtractMean) {
    super(subtractMean);
    this.order = order;
    this.boundaries = order == 1 ? 1 : 3;
    this.end = width;
    this.head = width + 1;
    this.value = new double[width + 2];
    this.next = new int[width + 2];
    this.previous = new int[width + 2];
    this.planned = new boolean[width];
    value[end] = Double.NaN;
    value[head] = Double.NaN;
  }

  /**
   * Starts with a new row.
   *
   * @param sorted its values, ascending; {@code width} of them
   * @param sequence ranks of the values that will be members, in the order in which they come
   * @param present how many of them are members at once
   */
  void start(double[] sorted, int[] sequence, int present) {
    this.sequence = sequence;
    System.arraycopy(sorted, 0, value, 0, end);
    for (int rank : sequence) {
      planned[rank] = true;
    }
    int last = head;
    for (int rank = 0; rank < end; rank++) {
      if (planned[rank]) {
        planned[rank] = false;
        next[last] = rank;
        previous[rank] = last;
        last = rank;
      }
    }
    next[last] = end;
    previous[end] = last;
    for (int i = sequence.length - 1; i >= present; i--) {
      int rank = sequence[i];
      next[previous[rank]] = next[rank];
      previous[next[rank]] = previous[rank];
    }
    count = 0;
    sum = 0;
    sumTail = 0;
    squares = 0;
    squaresTail = 0;
    for (int i = 0; i < present; i++) {
      count(value[sequence[i]]);
    }
    taken = present;
    Arrays.fill(threshold, Double.NEGATIVE_INFINITY);
    Arrays.fill(place, next[head]);
    Arrays.fill(counts, 0);
    Arrays.fill(sums, 0);
    Arrays.fill(tails, 0);
  }

  /** Takes in the next value of the sequence. */
  void grow() {
    int rank = sequence[taken++];
    next[previous[rank]] = rank;
    previous[next[rank]] = rank;
    double x = value[rank];
    count(x);
    for (int b = 0; b < boundaries; b++) {
      if (x < threshold[b]) {
        counts[b]++;
        addBelow(b, x);
      } else if (rank < place[b]) {
        place[b] = rank;
      }
    }
  }

  /** Sum of the squared errors of the present members. */
  double error() {
    return error(order);
  }

  @Override
  void seek(int boundary, double t) {
    int at = place[boundary];
    if (t > threshold[boundary]) {
      while (value[at] < t) {
        counts[boundary]++;
        addBelow(boundary, value[at]);
        at = next[at];
      }
    } else {
      while (value[previous[at]] >= t) {
        at = previous[at];
        counts[boundary]--;
        addBelow(boundary, -value[at]);
      }
    }
    place[boundary] = at;
    threshold[boundary] = t;
    below = counts[boundary];
    belowSum = sums[boundary];
    belowTail = tails[boundary];
  }

  private void count(double x) {
    count++;
    double s = sum + x;
    sumTail += RoundingError.ofSum(sum, x, s);
    sum = s;
    double square = x * x;
    double q = squares + square;
    squaresTail += RoundingError.ofSum(squares, square, q) + RoundingError.ofProduct(x, x, square);
    squares = q;
  }

  private void addBelow(int boundary, double x) {
    double s = sums[boundary] + x;
    tails[boundary] += RoundingError.ofSum(sums[boundary], x, s);
    sums[boundary] = s;
  }
}
