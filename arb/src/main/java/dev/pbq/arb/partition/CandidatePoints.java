package dev.pbq.arb.partition;

import dev.pbq.arb.choice.BreakPoints;

/** The break points that are tried on a side (BiLLM, bell-shaped splitting). */
final class CandidatePoints {
  private static final int FIRST_PERCENT = 10;
  private static final int COUNT = 81;

  private CandidatePoints() {}

  /**
   * Break points for salient columns, ascending: zeros are left out of the list whose quantiles are
   * taken.
   *
   * @param magnitudes of the side's weights, 0 for those that are no candidates
   * @return nothing if all magnitudes are 0
   */
  static double[] ofSalient(double[] magnitudes, BreakPoints kind) {
    int zeros = 0;
    for (double m : magnitudes) {
      zeros += m == 0 ? 1 : 0;
    }
    if (zeros == magnitudes.length) {
      return new double[0];
    }
    return of(magnitudes, kind, -zeros);
  }

  /**
   * Break points for the other columns, ascending: the list has an entry for each weight of the
   * block, 0 for those that are no candidates.
   *
   * @param magnitudes of the side's weights, 0 for those that are no candidates
   * @param entries weights of the block
   */
  static double[] ofOthers(double[] magnitudes, BreakPoints kind, int entries) {
    return of(magnitudes, kind, entries - magnitudes.length);
  }

  /** {@code zeros} more zeros than there are in {@code magnitudes}, or fewer. */
  private static double[] of(double[] magnitudes, BreakPoints kind, int zeros) {
    return switch (kind) {
      case PERCENTILE -> quantiles(magnitudes, zeros);
      case MAX_FRACTION -> fractions(magnitudes);
    };
  }

  private static double[] fractions(double[] magnitudes) {
    double largest = 0;
    for (double m : magnitudes) {
      largest = Math.max(largest, m);
    }
    double[] points = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      points[i] = (FIRST_PERCENT + i) / 100.0 * largest;
    }
    return points;
  }

  /**
   * The f-quantile is at position f (count - 1) of the sorted list, between two entries by linear
   * interpolation. Positions are computed in integers: one that falls on an entry gives that entry,
   * which is then itself high.
   */
  private static double[] quantiles(double[] magnitudes, int zeros) {
    long last = (long) magnitudes.length + zeros - 1;
    int[] ranks = new int[2 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      long position = (FIRST_PERCENT + i) * last / 100;
      ranks[2 * i] = (int) Math.max(0, position - zeros);
      ranks[2 * i + 1] = (int) Math.max(0, Math.min(last, position + 1) - zeros);
    }
    double[] entries =
        magnitudes.length == 0 ? new double[ranks.length] : OrderStatistics.of(magnitudes, ranks);
    double[] points = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      long position = (FIRST_PERCENT + i) * last / 100;
      double part = ((FIRST_PERCENT + i) * last % 100) / 100.0;
      double lower = position < zeros ? 0 : entries[2 * i];
      double upper = Math.min(last, position + 1) < zeros ? 0 : entries[2 * i + 1];
      points[i] = Math.min(upper, lower + part * (upper - lower));
    }
    return points;
  }
}
