package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pbq.eval.MeanAndError;
import java.util.Arrays;

/**
 * A quantity's distribution over tokens.
 *
 * @param mean arithmetic mean
 * @param stderr its standard error, tokens taken as independent
 * @param min smallest
 * @param p01 1 % quantile, interpolated linearly between neighbours, as all of these
 * @param p05 5 % quantile
 * @param p10 10 % quantile
 * @param median 50 % quantile
 * @param p90 90 % quantile
 * @param p95 95 % quantile
 * @param p99 99 % quantile
 * @param p999 99.9 % quantile
 * @param max largest
 */
@JsonPropertyOrder({
  "mean", "stderr", "min", "p01", "p05", "p10", "median", "p90", "p95", "p99", "p999", "max"
})
public record Distribution(
    double mean,
    double stderr,
    double min,
    double p01,
    double p05,
    double p10,
    double median,
    double p90,
    double p95,
    double p99,
    double p999,
    double max) {
  /** Of at least one value. */
  public static Distribution of(double[] values) {
    MeanAndError mean = MeanAndError.of(values);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Distribution(
        mean.mean(),
        mean.standardError(),
        sorted[0],
        quantile(sorted, 0.01),
        quantile(sorted, 0.05),
        quantile(sorted, 0.1),
        quantile(sorted, 0.5),
        quantile(sorted, 0.9),
        quantile(sorted, 0.95),
        quantile(sorted, 0.99),
        quantile(sorted, 0.999),
        sorted[sorted.length - 1]);
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
