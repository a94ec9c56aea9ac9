package dev.pbq.core.packed;

import java.util.Optional;

/**
 * Means and scales by row, of BiLLM, ARB and ARB-X: w = mu_i + a1_i B1 (+ a2_i B2). All vectors
 * have one entry per row.
 *
 * @param mean mu; absent means 0
 * @param first a1
 * @param second a2, of groups of order 2
 */
public record RowScales(Optional<ScaleVector> mean, ScaleVector first, Optional<ScaleVector> second)
    implements GroupScales {
  @Override
  public int order() {
    return second.isPresent() ? 2 : 1;
  }

  @Override
  public double value(int row, int firstColumn, int secondColumn, int first, int second) {
    double mu = mean.isPresent() ? mean.get().get(row) : 0;
    double a2 = this.second.isPresent() ? this.second.get().get(row) : 0;
    double w = value(mu, this.first.get(row), first);
    return this.second.isPresent() ? value(w, a2, second) : w;
  }

  /** {@code at + scale} for the sign 1, {@code at - scale} for 0. */
  static double value(double at, double scale, int sign) {
    return sign != 0 ? at + scale : at - scale;
  }
}
