package dev.pbq.eval;

/**
 * Mean of a sample and the standard error of that mean (sample standard deviation over root n).
 *
 * @param mean arithmetic mean
 * @param standardError 0 for a single value
 */
public record MeanAndError(double mean, double standardError) {
  /** Of at least one value. */
  public static MeanAndError of(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    double mean = sum / values.length;
    double squares = 0;
    for (double v : values) {
      squares += (v - mean) * (v - mean);
    }
    double error =
        values.length == 1
            ? 0
            : Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length);
    return new MeanAndError(mean, error);
  }

  /**
   * The ratio of two sums, with the standard error of a ratio estimator over the pairs (Cochran,
   * Sampling Techniques, 1977, section 6.4).
   *
   * @param values numerators
   * @param weights denominators, of the same length
   */
  public static MeanAndError ofRatio(double[] values, long[] weights) {
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i];
      weight += weights[i];
    }
    double ratio = sum / weight;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double residual = values[i] - ratio * weights[i];
      squares += residual * residual;
    }
    int n = values.length;
    double error = n == 1 ? 0 : Math.sqrt(squares * n / (n - 1)) / weight;
    return new MeanAndError(ratio, error);
  }
}
