package dev.pbq.arb.fit;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;

/** The error of a fit: R [n, k] is V - V^ on the group's members and 0 elsewhere. */
public final class GroupError {
  private static final int TILE = 128;

  private GroupError() {}

  /** The sum of squares of R: the objective of ARB and ARB-RC. */
  public static double squared(
      DoubleMatrix v, Groups groups, int group, GroupFit fit, SignPlanes signs) {
    return sum(v, groups, group, fit, signs, null);
  }

  /**
   * tr(R S R^T): the objective of ARB-X.
   *
   * @param s S [k, k]
   */
  public static double weighted(
      DoubleMatrix v, Groups groups, int group, GroupFit fit, SignPlanes signs, DoubleMatrix s) {
    if (s.rows() != groups.cols() || s.cols() != groups.cols()) {
      throw new IllegalArgumentException("metric " + s + " for " + groups);
    }
    return sum(v, groups, group, fit, signs, s);
  }

  private static double sum(
      DoubleMatrix v, Groups groups, int group, GroupFit fit, SignPlanes signs, DoubleMatrix s) {
    RowSweep.requireShape(v, groups);
    return Parallel.sumRanges(
        groups.rows(),
        TILE,
        (first, end) -> {
          double[] residual = new double[groups.cols()];
          double[] product = new double[groups.cols()];
          double sum = 0;
          for (int i = first; i < end; i++) {
            residual(v, groups, group, fit, signs, i, residual);
            if (s != null) {
              multiply(residual, s, product);
            }
            sum += dot(residual, s == null ? residual : product);
          }
          return sum;
        });
  }

  private static void residual(
      DoubleMatrix v,
      Groups groups,
      int group,
      GroupFit fit,
      SignPlanes signs,
      int row,
      double[] residual) {
    int base = row * groups.cols();
    for (int j = 0; j < residual.length; j++) {
      int place = base + j;
      residual[j] =
          groups.of()[place] == group
              ? v.data()[place] - fit.value(row, j, signs.first()[place], signs.second()[place])
              : 0;
    }
  }

  /** product = residual S. */
  private static void multiply(double[] residual, DoubleMatrix s, double[] product) {
    Arrays.fill(product, 0);
    for (int i = 0; i < residual.length; i++) {
      double factor = residual[i];
      int base = i * product.length;
      for (int j = 0; factor != 0 && j < product.length; j++) {
        product[j] += factor * s.data()[base + j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }
}
