package dev.pbq.arb.fit;

/**
 * The fit of BiLLM, ARB and ARB-X: V_ij ~ mu_i + a1_i B1_ij (+ a2_i B2_ij). Arrays have one entry
 * per row; they are shared, not copied.
 *
 * @param mu row shifts
 * @param a1 row scales of the first plane
 * @param a2 row scales of the second plane; null if the order is 1
 */
public record RowFit(double[] mu, double[] a1, double[] a2) implements GroupFit {
  @Override
  public int order() {
    return a2 == null ? 1 : 2;
  }

  @Override
  public double value(int row, int col, int first, int second) {
    double v = first != 0 ? mu[row] + a1[row] : mu[row] - a1[row];
    if (a2 == null) {
      return v;
    }
    return second != 0 ? v + a2[row] : v - a2[row];
  }

  @Override
  public boolean isNegative(int plane, int row, int col) {
    double[] a = plane == 0 ? a1 : a2;
    return a != null && a[row] < 0;
  }

  @Override
  public RowFit copy() {
    return new RowFit(mu.clone(), a1.clone(), a2 == null ? null : a2.clone());
  }
}
