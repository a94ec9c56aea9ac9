package dev.pbq.eval.report;

import java.util.Arrays;

/**
 * The part of a logarithmic axis that a chart shows.
 *
 * @param low its beginning, above 0
 * @param high its end, above {@code low}
 */
record LogRange(double low, double high) {
  /** The narrowest range: a single value has room around it. */
  private static final double LEAST_RATIO = 1.05;

  /**
   * The range of some values with room on both sides.
   *
   * @param values at least one, above 0
   * @param room on each side, as a share of the range
   */
  static LogRange of(double[] values, double room) {
    double least = Arrays.stream(values).min().orElseThrow();
    double most = Arrays.stream(values).max().orElseThrow();
    double margin = Math.pow(Math.max(most / least, LEAST_RATIO), room);
    return new LogRange(least / margin, most * margin);
  }

  /** Where a value is: 0 at the beginning, 1 at the end. */
  double share(double value) {
    return Math.log(value / low) / Math.log(high / low);
  }

  /** The value at a place. */
  double value(double share) {
    return low * Math.pow(high / low, share);
  }
}
