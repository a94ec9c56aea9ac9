package dev.pbq.arb.fit;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.function.Supplier;

/**
 * Fits the rows of a group one by one, so that a row stays in cache from its first to its last
 * iteration.
 */
final class RowSweep {
  private static final int TILE = 128;

  private RowSweep() {}

  /**
   * Fits all rows; those without members keep parameters 0.
   *
   * @param methods gives one method for each tile of rows
   */
  static RowFit fit(
      DoubleMatrix v, Groups groups, int group, SignPlanes signs, Supplier<RowMethod> methods) {
    requireShape(v, groups);
    int rows = groups.rows();
    int order = groups.orders()[group];
    double[] mu = new double[rows];
    double[] a1 = new double[rows];
    double[] a2 = order == 1 ? null : new double[rows];
    Parallel.forEachRange(
        rows,
        TILE,
        (first, end) -> {
          MemberRow row = new MemberRow(groups.cols(), order);
          RowMethod method = methods.get();
          for (int i = first; i < end; i++) {
            row.gather(v, groups, group, i);
            if (row.count == 0) {
              continue;
            }
            method.fit(row);
            row.scatter(signs, groups.cols());
            mu[i] = row.mu;
            a1[i] = row.a1;
            if (a2 != null) {
              a2[i] = row.a2;
            }
          }
        });
    return new RowFit(mu, a1, a2);
  }

  static void requireShape(DoubleMatrix v, Groups groups) {
    if (v.rows() != groups.rows() || v.cols() != groups.cols()) {
      throw new IllegalArgumentException(v + " divided by " + groups);
    }
  }
}
