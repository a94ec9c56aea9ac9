package dev.pbq.export;

/**
 * The errors of values read back against those of the source.
 *
 * @param maxAbsolute the largest absolute difference
 * @param relative the root of the sum of squared differences over that of squared values; 0 where
 *     both are 0
 */
public record TensorError(double maxAbsolute, double relative) {
  /** Whether no value differs. */
  public boolean isZero() {
    return maxAbsolute == 0;
  }

  /** Adds up differences, value by value. */
  public static final class Sum {
    private double maxAbsolute;
    private double squaredErrors;
    private double squaredValues;

    /** Takes a value of the source and what was read back in its place. */
    public void add(float expected, float actual) {
      double error = (double) actual - expected;
      // NaN must not hide behind a comparison.
      maxAbsolute = Math.max(maxAbsolute, Math.abs(error));
      squaredErrors += error * error;
      squaredValues += (double) expected * expected;
    }

    /** The result so far. */
    public TensorError error() {
      double relative = squaredErrors == 0 ? 0 : Math.sqrt(squaredErrors / squaredValues);
      return new TensorError(maxAbsolute, relative);
    }
  }
}
