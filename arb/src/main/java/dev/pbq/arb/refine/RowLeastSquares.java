package dev.pbq.arb.refine;

import java.util.Arrays;

/**
 * All parameters of a row at once, codes fixed: theta minimises |(w - Y theta) V|^2, a linear
 * system as large as the row has parameters (at most 20). One per thread.
 */
final class RowLeastSquares {
  /** Share of the mean diagonal that keeps parameters without members where they are. */
  private static final double RIDGE = 1e-10;

  private final BlockMetric metric;
  private final int p;
  private final double[][] y;
  private final double[] residual;
  private final double[] gram;
  private final double[] step;
  private final int[] index = new int[RowModel.TERMS];
  private final double[] coefficient = new double[RowModel.TERMS];

  RowLeastSquares(BlockMetric metric, int parameters) {
    this.metric = metric;
    this.p = parameters;
    this.y = new double[p][metric.k()];
    this.residual = new double[metric.k()];
    this.gram = new double[p * p];
    this.step = new double[p];
  }

  /** Fits the parameters of {@code row} to the weights; leaves them where it cannot do better. */
  void refit(double[] w, int offset, byte[] codes, int codeOffset, RowModel row) {
    int k = metric.k();
    double[] v = metric.v();
    for (double[] pattern : y) {
      Arrays.fill(pattern, 0);
    }
    Arrays.fill(residual, 0);
    for (int j = 0; j < k; j++) {
      int code = codes[codeOffset + j];
      add(residual, v, j, k, w[offset + j] - row.at(j)[code]);
      int terms = row.terms(j, code, index, coefficient);
      for (int t = 0; t < terms; t++) {
        add(y[index[t]], v, j, k, coefficient[t]);
      }
    }
    if (!solve(k)) {
      return;
    }
    double[] theta = row.theta();
    for (int i = 0; i < p; i++) {
      theta[i] += step[i];
    }
    row.refresh();
  }

  /** target += factor V[j, :]. */
  private static void add(double[] target, double[] v, int j, int k, double factor) {
    for (int c = j; c < k; c++) {
      target[c] += factor * v[j * k + c];
    }
  }

  /** (Y Y^T + ridge) step = Y residual by Cholesky; false if that is not possible. */
  private boolean solve(int k) {
    double trace = 0;
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i * p + j] = dot(y[i], y[j], k);
      }
      trace += gram[i * p + i];
      step[i] = dot(y[i], residual, k);
    }
    double ridge = RIDGE * trace / p;
    if (!(ridge > 0) || !Double.isFinite(ridge)) {
      return false;
    }
    for (int i = 0; i < p; i++) {
      gram[i * p + i] += ridge;
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = gram[i * p + j];
        for (int c = 0; c < j; c++) {
          sum -= gram[i * p + c] * gram[j * p + c];
        }
        if (i == j) {
          if (!(sum > 0)) {
            return false;
          }
          gram[i * p + i] = Math.sqrt(sum);
        } else {
          gram[i * p + j] = sum / gram[j * p + j];
        }
      }
    }
    for (int i = 0; i < p; i++) {
      double sum = step[i];
      for (int c = 0; c < i; c++) {
        sum -= gram[i * p + c] * step[c];
      }
      step[i] = sum / gram[i * p + i];
    }
    for (int i = p - 1; i >= 0; i--) {
      double sum = step[i];
      for (int c = i + 1; c < p; c++) {
        sum -= gram[c * p + i] * step[c];
      }
      step[i] = sum / gram[i * p + i];
    }
    return true;
  }

  private static double dot(double[] a, double[] b, int k) {
    double sum = 0;
    for (int c = 0; c < k; c++) {
      sum += a[c] * b[c];
    }
    return sum;
  }
}
