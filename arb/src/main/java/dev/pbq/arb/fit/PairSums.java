package dev.pbq.arb.fit;

import java.util.Arrays;

/**
 * Sums over the members of a row with two planes, by the four pairs of signs: how many members have
 * a pair, and the sum of their D = V - mu. All that the updates of a shift and two scales need.
 */
final class PairSums {
  private final double[] deviation = new double[4];
  private final double[] members = new double[4];

  /** Sums for the row's present codes. */
  void ofCodes(MemberRow row) {
    Arrays.fill(deviation, 0);
    Arrays.fill(members, 0);
    for (int x = 0; x < row.count; x++) {
      deviation[row.code[x]] += row.v[x] - row.mu;
      members[row.code[x]]++;
    }
  }

  /** Gives each member the pair of signs nearest to it, and sums. */
  void ofNearest(MemberRow row) {
    Arrays.fill(deviation, 0);
    Arrays.fill(members, 0);
    for (int x = 0; x < row.count; x++) {
      double d = row.v[x] - row.mu;
      int code = nearest(d, row.a1, row.a2);
      row.code[x] = (byte) code;
      deviation[code] += d;
      members[code]++;
    }
  }

  /**
   * The pair of signs, 2 B1 + B2, whose level is nearest to {@code z}; the first of -a1-a2, -a1+a2,
   * a1-a2, a1+a2 if several are.
   */
  static int nearest(double z, double a1, double a2) {
    int best = 0;
    double least = Math.abs(z - (-a1 - a2));
    double distance = Math.abs(z - (-a1 + a2));
    if (distance < least) {
      least = distance;
      best = 1;
    }
    distance = Math.abs(z - (a1 - a2));
    if (distance < least) {
      least = distance;
      best = 2;
    }
    return Math.abs(z - (a1 + a2)) < least ? 3 : best;
  }

  /** Sum of D. */
  double d() {
    return deviation[0] + deviation[1] + deviation[2] + deviation[3];
  }

  /** Sum of B1 D. */
  double b1d() {
    return deviation[2] + deviation[3] - deviation[0] - deviation[1];
  }

  /** Sum of B2 D. */
  double b2d() {
    return deviation[1] + deviation[3] - deviation[0] - deviation[2];
  }

  /** Sum of B1. */
  double b1() {
    return members[2] + members[3] - members[0] - members[1];
  }

  /** Sum of B2. */
  double b2() {
    return members[1] + members[3] - members[0] - members[2];
  }

  /** Sum of B1 B2. */
  double b1b2() {
    return members[0] + members[3] - members[1] - members[2];
  }
}
