package dev.pbq.ecq.sweep;

import java.util.Arrays;

/**
 * How the steps of columns relate to each other: a_i = scale * (L_ii / mean)^-p, mean being the
 * geometric one. With p = 0 all are equal, with p = 1 errors cost the same in every column, which
 * is the best at high rates.
 *
 * @param relative steps for scale 1; 0 for dead columns
 * @param level geometric mean of {@code relative_i L_ii}, for which lambda is given
 */
public record Spacing(double[] relative, double level) {
  /** The spacing for this exponent. */
  public static Spacing of(Layer layer, double exponent) {
    double[] pivots = layer.pivots();
    double mean = Arrays.stream(pivots).filter(d -> d > 0).map(Math::log).average().orElse(0);
    double[] relative = new double[pivots.length];
    for (int i = 0; i < pivots.length; i++) {
      relative[i] = pivots[i] > 0 ? Math.exp(-exponent * (Math.log(pivots[i]) - mean)) : 0;
    }
    // The mean of exponent * (log L - mean) is 0.
    return new Spacing(relative, Math.exp(mean));
  }

  /** Least of the steps of columns that are not dead, for scale 1; 1 if all are dead. */
  public double least() {
    return Arrays.stream(relative).filter(a -> a > 0).min().orElse(1);
  }

  /** Largest of the steps for scale 1; 1 if all are dead. */
  public double largest() {
    return Arrays.stream(relative).filter(a -> a > 0).max().orElse(1);
  }
}
