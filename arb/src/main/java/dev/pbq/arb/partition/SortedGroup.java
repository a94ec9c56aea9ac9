package dev.pbq.arb.partition;

/**
 * The members of one group in one row, in ascending order, and the squared error of binarizing them
 * with row mean (RB), from sums instead of passes over the members.
 *
 * <p>One order represents each member by mu + a or mu - a, by its side of the mean mu; a second one
 * does the same with what remains, so its levels are u + a2, u - a2 above the mean and l + a2, l -
 * a2 below it, with u and l the boundaries at which the second sign changes. Members with one level
 * are neighbours; so two or four sums decide everything, and the error is exactly that of these
 * levels: sum of x^2 - sum over levels L of L (2 s_L - n_L L), s_L and n_L being sum and number of
 * the members at L.
 *
 * <p>Sums are carried with their rounding errors ({@link RoundingError}), because the members of a
 * group may differ by orders of magnitude.
 */
abstract class SortedGroup {
  /** Where the first sign changes. */
  static final int MEAN = 0;

  /** Where the second sign changes among members at or above the mean. */
  static final int UPPER = 1;

  /** Where the second sign changes among members below the mean. */
  static final int LOWER = 2;

  /** Members, their sum and the sum of their squares, each as a value and a tail. */
  int count;

  double sum;
  double sumTail;
  double squares;
  double squaresTail;

  /** What {@link #seek} found: how many members are below a threshold, and their sum. */
  int below;

  double belowSum;
  double belowTail;

  private final boolean subtractMean;
  private double shift;
  private double scale;
  private double error;
  private double errorTail;

  SortedGroup(boolean subtractMean) {
    this.subtractMean = subtractMean;
  }

  /**
   * Finds the members below {@code threshold}. Thresholds of one boundary move little from call to
   * call, so the search starts where the last one of that boundary ended.
   */
  abstract void seek(int boundary, double threshold);

  /** mu of the first order, as of the last {@link #error}. */
  final double shift() {
    return shift;
  }

  /** a of the first order, as of the last {@link #error}. */
  final double scale() {
    return scale;
  }

  /** Sum of the squared errors of binarization with one or two orders; 0 without members. */
  final double error(int order) {
    if (count == 0) {
      shift = 0;
      scale = 0;
      return 0;
    }
    shift = subtractMean ? mean() : 0;
    seek(MEAN, shift);
    int n0 = below;
    double s0 = belowSum;
    double t0 = belowTail;
    int n1 = count - n0;
    double s1 = sum - s0;
    double t1 = RoundingError.ofSum(sum, -s0, s1) + (sumTail - t0);
    scale = (excess(n1, s1, t1, shift) - excess(n0, s0, t0, shift)) / count;
    error = squares;
    errorTail = squaresTail;
    if (order == 1) {
      subtract(n0, s0, t0, shift - scale);
      subtract(n1, s1, t1, shift + scale);
    } else {
      secondOrder(n0, s0, t0, n1, s1, t1);
    }
    return Math.max(0, error + errorTail);
  }

  /** Members below the mean: n0, with sum s0 + t0; at or above it: n1, s1 + t1. */
  private void secondOrder(int n0, double s0, double t0, int n1, double s1, double t1) {
    double remainder =
        subtractMean ? (excess(count, sum, sumTail, shift) - (n1 - n0) * scale) / count : 0;
    // On their own sides of the mean, because the remainder is at most the scale.
    double upper = shift + scale + remainder;
    double lower = shift - scale + remainder;

    seek(LOWER, lower);
    final int n00 = below;
    final double s00 = belowSum;
    final double t00 = belowTail;
    final int n01 = n0 - n00;
    final double s01 = s0 - s00;
    final double t01 = RoundingError.ofSum(s0, -s00, s01) + (t0 - t00);

    seek(UPPER, upper);
    final int n10 = below - n0;
    final double s10 = belowSum - s0;
    final double t10 = RoundingError.ofSum(belowSum, -s0, s10) + (belowTail - t0);
    final int n11 = n1 - n10;
    final double s11 = s1 - s10;
    final double t11 = RoundingError.ofSum(s1, -s10, s11) + (t1 - t10);

    double second =
        ((excess(n01, s01, t01, lower) - excess(n00, s00, t00, lower))
                + (excess(n11, s11, t11, upper) - excess(n10, s10, t10, upper)))
            / count;
    subtract(n00, s00, t00, lower - second);
    subtract(n01, s01, t01, lower + second);
    subtract(n10, s10, t10, upper - second);
    subtract(n11, s11, t11, upper + second);
  }

  /** Of the sums, not of a rounded one: a member that equals the mean has to be seen as equal. */
  private double mean() {
    double quotient = sum / count;
    double product = quotient * count;
    double rest = (sum - product) - RoundingError.ofProduct(quotient, count, product) + sumTail;
    return quotient + rest / count;
  }

  /** Sum of x - level over n members with sum s + t. */
  private static double excess(int n, double s, double t, double level) {
    double product = n * level;
    double difference = s - product;
    return difference
        + (RoundingError.ofSum(s, -product, difference)
            + (t - RoundingError.ofProduct(n, level, product)));
  }

  /** Takes L (2 s - n L) from the error. */
  private void subtract(int n, double s, double t, double level) {
    double product = n * level;
    double factor = 2 * s - product;
    double factorTail =
        RoundingError.ofSum(2 * s, -product, factor)
            + (2 * t - RoundingError.ofProduct(n, level, product));
    double term = level * factor;
    double termTail = RoundingError.ofProduct(level, factor, term) + level * factorTail;
    double next = error - term;
    errorTail += RoundingError.ofSum(error, -term, next) - termTail;
    error = next;
  }
}
