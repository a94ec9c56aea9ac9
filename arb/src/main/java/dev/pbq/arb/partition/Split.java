package dev.pbq.arb.partition;

/**
 * The search for one break point. The arrays are shared, not copied.
 *
 * @param candidates break points tried, ascending; empty if there was nothing to split
 * @param errors the error with each: mean square over the block, or the weighted trace
 * @param chosen index of the candidate taken; -1 if there was nothing to split
 * @param threshold the candidate taken: magnitudes of at least this are high; +infinity if there
 *     was nothing to split, and so nothing is high
 */
public record Split(double[] candidates, double[] errors, int chosen, double threshold) {
  static Split nothing() {
    return new Split(new double[0], new double[0], -1, Double.POSITIVE_INFINITY);
  }
}
