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
}
