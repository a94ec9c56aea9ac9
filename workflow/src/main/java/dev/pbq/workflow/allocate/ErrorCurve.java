package dev.pbq.workflow.allocate;

import java.util.ArrayList;
import java.util.List;

/**
 * The logarithm of an error as a function of bits: a smooth convex line along what was measured. At
 * high rates an error falls by four for each bit; at low ones faster, because inputs of little
 * variance are given up last.
 */
public final class ErrorCurve {
  /** ln 4: what a bit is worth at high rates. */
  private static final double HIGH_RATE = 2 * Math.log(2);

  /** Of the integral of slopes. */
  private static final int STEPS = 32;

  private final double[] bits;

  /** Between neighbouring points: what the logarithm of the error falls by for a bit. */
  private final double[] slopes;

  /**
   * Through points. Errors that are not above 0, and rates that do not increase, are left out; of
   * fewer than two points nothing is learnt.
   *
   * @param bits increasing
   * @param errors of them
   */
  public ErrorCurve(List<Double> bits, List<Double> errors) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < bits.size(); i++) {
      double[] last = points.isEmpty() ? null : points.get(points.size() - 1);
      double error = errors.get(i);
      boolean falls = last == null || (bits.get(i) > last[0] && Math.log(error) < last[1]);
      if (error > 0 && Double.isFinite(error) && falls) {
        points.add(new double[] {bits.get(i), Math.log(error)});
      }
    }
    int count = points.size() < 2 ? 0 : points.size();
    this.bits = new double[count];
    double[] logs = new double[count];
    for (int i = 0; i < count; i++) {
      this.bits[i] = points.get(i)[0];
      logs[i] = points.get(i)[1];
    }
    this.slopes = slopes(this.bits, logs);
  }

  /** Slopes between neighbours, made to fall with the rate, so that the curve is convex. */
  private static double[] slopes(double[] bits, double[] logs) {
    double[] between = new double[Math.max(0, bits.length - 1)];
    for (int i = 0; i < between.length; i++) {
      double slope = (logs[i] - logs[i + 1]) / (bits[i + 1] - bits[i]);
      between[i] = i == 0 ? slope : Math.min(slope, between[i - 1]);
    }
    return between;
  }

  /** The natural logarithm of the error, up to a constant. */
  double log(double at) {
    if (bits.length == 0) {
      return -HIGH_RATE * at;
    }
    // The integral of the slope from the first point on.
    double sum = 0;
    double from = bits[0];
    double step = (at - from) / STEPS;
    for (int i = 0; i < STEPS; i++) {
      sum += slope(from + (i + 0.5) * step) * step;
    }
    return -sum;
  }

  /** What the logarithm falls by for a bit. */
  double slope(double at) {
    if (bits.length == 0) {
      return HIGH_RATE;
    }
    int last = slopes.length - 1;
    double first = middle(0);
    if (at <= first || last == 0) {
      return slopes[0];
    }
    for (int i = 0; i < last; i++) {
      double next = middle(i + 1);
      if (at <= next) {
        double share = (at - middle(i)) / (next - middle(i));
        return slopes[i] + share * (slopes[i + 1] - slopes[i]);
      }
    }
    return slopes[last];
  }

  private double middle(int piece) {
    return 0.5 * (bits[piece] + bits[piece + 1]);
  }
}
