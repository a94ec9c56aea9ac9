package dev.pbq.arb.refine;

import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.core.linalg.DoubleProducts;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.List;

/**
 * The column scales q of ARB-RC, codes and row scales fixed: one pass of exact minimisation over
 * one q at a time of sum_i |(w_i - q_i) V|^2, which therefore never rises.
 */
final class ColumnLeastSquares {
  /** Rows of one task. */
  private static final int TILE = 256;

  private final Draft draft;
  private final BlockMetric metric;

  /** (W - Q) G, kept up to date. */
  private final double[] gradient;

  /** Whether the groups of a column have one scale together. */
  private final boolean shared;

  ColumnLeastSquares(Draft draft, BlockMetric metric, DoubleMatrix difference, boolean shared) {
    this.draft = draft;
    this.shared = shared;
    this.metric = metric;
    int k = metric.k();
    this.gradient = DoubleProducts.multiply(difference, new DoubleMatrix(k, k, metric.g())).data();
  }

  void pass() {
    for (int col = 0; col < draft.cols; col++) {
      int first = draft.salient[col] ? 0 : draft.salientClasses;
      for (int g = first; g < first + (shared ? 1 : draft.classes(col)); g++) {
        for (int plane = 0; plane < draft.planes(col); plane++) {
          update(col, g, plane);
        }
      }
    }
  }

  private void update(int col, int group, int plane) {
    RowColumnFit fit = fit(group);
    double[] q = plane == 0 ? fit.q1() : fit.q2();
    int k = metric.k();
    List<double[]> parts =
        Parallel.mapRanges(draft.rows, TILE, (first, end) -> sums(first, end, col, group, plane));
    double slope = 0;
    double squares = 0;
    for (double[] part : parts) {
      slope += part[0];
      squares += part[1];
    }
    double curvature = squares * metric.g()[col * k + col];
    if (!(curvature > 0)) {
      return;
    }
    double change = slope / curvature;
    if (!Double.isFinite(change)) {
      return;
    }
    q[col] += change;
    Parallel.forEachRange(
        draft.rows, TILE, (first, end) -> apply(first, end, col, group, plane, change));
  }

  private double[] sums(int first, int end, int col, int group, int plane) {
    double slope = 0;
    double squares = 0;
    for (int i = first; i < end; i++) {
      double s = signed(i, col, group, plane);
      slope += s * gradient[i * draft.cols + col];
      squares += s * s;
    }
    return new double[] {slope, squares};
  }

  private void apply(int first, int end, int col, int group, int plane, double change) {
    int k = metric.k();
    double[] g = metric.g();
    for (int i = first; i < end; i++) {
      double s = signed(i, col, group, plane) * change;
      if (s != 0) {
        for (int c = 0; c < k; c++) {
          gradient[i * k + c] -= s * g[col * k + c];
        }
      }
    }
  }

  /** r with the sign of the weight; 0 outside the group, unless all groups share the scale. */
  private double signed(int row, int col, int group, int plane) {
    int code = draft.codes[row * draft.cols + col];
    int own = draft.group(col, code);
    if (own != group && !shared) {
      return 0;
    }
    double r = plane == 0 ? fit(own).r1()[row] : fit(own).r2()[row];
    boolean second = draft.salient[col] && plane == 0;
    return (code >>> (second ? 1 : 0) & 1) != 0 ? r : -r;
  }

  private RowColumnFit fit(int group) {
    return (RowColumnFit) draft.fits.get(group);
  }
}
