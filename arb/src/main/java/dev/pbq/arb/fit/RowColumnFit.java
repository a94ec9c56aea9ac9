package dev.pbq.arb.fit;

/**
 * The fit of ARB-RC: V_ij ~ r1_i q1_j B1_ij (+ r2_i q2_j B2_ij). Row arrays have one entry per row
 * of the block, column arrays one per column; they are shared, not copied. A column without members
 * has scale 0.
 *
 * @param r1 row scales of the first plane
 * @param q1 column scales of the first plane
 * @param r2 row scales of the second plane; null if the order is 1
 * @param q2 column scales of the second plane; null if the order is 1
 */
public record RowColumnFit(double[] r1, double[] q1, double[] r2, double[] q2) implements GroupFit {
  @Override
  public int order() {
    return r2 == null ? 1 : 2;
  }

  @Override
  public double value(int row, int col, int first, int second) {
    double c1 = r1[row] * q1[col];
    double v = first != 0 ? c1 : -c1;
    if (r2 == null) {
      return v;
    }
    double c2 = r2[row] * q2[col];
    return second != 0 ? v + c2 : v - c2;
  }

  @Override
  public boolean isNegative(int plane, int row, int col) {
    double[] r = plane == 0 ? r1 : r2;
    double[] q = plane == 0 ? q1 : q2;
    return r != null && r[row] < 0 != q[col] < 0;
  }

  @Override
  public RowColumnFit copy() {
    return r2 == null
        ? new RowColumnFit(r1.clone(), q1.clone(), null, null)
        : new RowColumnFit(r1.clone(), q1.clone(), r2.clone(), q2.clone());
  }
}
