package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * The papers' updates as they are printed: dense loops over the whole block with a mask of 0 and 1,
 * sums formed anew in every update, residuals written out. Slow, and independent of how the fitters
 * arrange the same arithmetic.
 */
final class FitOracle {
  final double[] mu;
  final double[][] a;
  final double[][] r;
  final double[][] q;

  /** [order][rows * cols], +1 and -1. */
  final double[][] b;

  private final int n;
  private final int k;
  private final int order;
  private final double[] v;
  private final double[] m;
  private final double eps;

  private FitOracle(DoubleMatrix values, Groups groups, double eps) {
    n = groups.rows();
    k = groups.cols();
    order = groups.orders()[0];
    this.eps = eps;
    v = new double[n * k];
    m = new double[n * k];
    for (int i = 0; i < n * k; i++) {
      m[i] = groups.of()[i] == 0 ? 1 : 0;
      v[i] = m[i] * values.data()[i];
    }
    mu = new double[n];
    a = new double[order][n];
    r = new double[order][n];
    q = new double[order][k];
    b = new double[order][n * k];
  }

  static FitOracle binarizer(DoubleMatrix v, Groups groups, boolean subtractMean) {
    FitOracle o = new FitOracle(v, groups, 0);
    double[] rest = o.v.clone();
    for (int p = 0; p < o.order; p++) {
      for (int i = 0; i < o.n; i++) {
        double shift = subtractMean ? o.divide(o.rowSum(i, rest, o.m), o.rowSum(i, o.m, o.m)) : 0;
        double[] d = new double[o.n * o.k];
        double[] size = new double[o.n * o.k];
        for (int j = i * o.k; j < (i + 1) * o.k; j++) {
          d[j] = rest[j] - shift;
          size[j] = Math.abs(d[j]);
        }
        double scale = o.divide(o.rowSum(i, size, o.m), o.rowSum(i, o.m, o.m));
        for (int j = i * o.k; j < (i + 1) * o.k; j++) {
          o.b[p][j] = d[j] >= 0 ? 1 : -1;
          rest[j] = o.m[j] * (rest[j] - scale * o.b[p][j] - shift);
        }
        o.mu[i] += shift;
        o.a[p][i] = scale;
      }
    }
    return o;
  }

  static FitOracle alternating(DoubleMatrix v, Groups groups, int iterations, double eps) {
    FitOracle start = binarizer(v, groups, true);
    FitOracle o = new FitOracle(v, groups, eps);
    o.copyRows(start);
    for (int t = 0; t < iterations; t++) {
      for (int i = 0; i < o.n; i++) {
        double count = o.rowSum(i, o.m, o.m);
        if (count > 0) {
          o.mu[i] += o.rowSum(i, o.residual(i, -1), o.m) / count;
        }
        for (int p = 0; p < o.order; p++) {
          o.a[p][i] = o.divide(o.rowSum(i, o.residual(i, p), o.b[p]), count);
        }
        o.nearest(i, o.order == 1 ? null : o.a[1]);
      }
    }
    return o;
  }

  static FitOracle metric(
      FitOracle start, DoubleMatrix v, Groups groups, DoubleMatrix s, int iterations, double eps) {
    FitOracle o = new FitOracle(v, groups, eps);
    o.copyRows(start);
    double[] ms = o.times(o.m, s);
    double[][] bs = new double[o.order][];
    for (int p = 0; p < o.order; p++) {
      double[] masked = new double[o.n * o.k];
      for (int j = 0; j < masked.length; j++) {
        masked[j] = o.b[p][j] * o.m[j];
      }
      bs[p] = o.times(masked, s);
    }
    for (int t = 0; t < iterations; t++) {
      for (int i = 0; i < o.n; i++) {
        double[] withMean = o.residual(i, -1);
        for (int j = i * o.k; j < (i + 1) * o.k; j++) {
          withMean[j] += o.mu[i] * o.m[j];
        }
        o.mu[i] = o.divide(o.rowSum(i, ms, withMean), o.rowSum(i, ms, o.m));
        for (int p = 0; p < o.order; p++) {
          double[] masked = new double[o.n * o.k];
          for (int j = i * o.k; j < (i + 1) * o.k; j++) {
            masked[j] = o.b[p][j] * o.m[j];
          }
          o.a[p][i] = o.divide(o.rowSum(i, bs[p], o.residual(i, p)), o.rowSum(i, bs[p], masked));
        }
      }
    }
    return o;
  }

  static FitOracle rowColumn(DoubleMatrix v, Groups groups, int iterations, double eps) {
    FitOracle o = new FitOracle(v, groups, eps);
    for (int p = 0; p < o.order; p++) {
      o.startPlane(p);
    }
    for (int t = 0; t < iterations; t++) {
      for (int p = 0; p < o.order; p++) {
        o.updatePlane(p);
      }
      for (int i = 0; i < o.n && o.order == 2; i++) {
        o.nearestByColumn(i);
      }
    }
    return o;
  }

  private void startPlane(int p) {
    double[] e = without(p, p);
    for (int i = 0; i < n; i++) {
      double sum = 0;
      double count = 0;
      for (int j = 0; j < k; j++) {
        b[p][i * k + j] = e[i * k + j] >= 0 ? 1 : -1;
        sum += m[i * k + j] * Math.abs(e[i * k + j]);
        count += m[i * k + j];
      }
      r[p][i] = count == 0 ? 0 : sum / count;
    }
    for (int j = 0; j < k; j++) {
      double sum = 0;
      double count = 0;
      for (int i = 0; i < n; i++) {
        if (m[i * k + j] == 1 && r[p][i] > 0) {
          sum += Math.abs(e[i * k + j]) / r[p][i];
          count++;
        }
      }
      q[p][j] = count == 0 ? 0 : sum / count;
    }
  }

  private void updatePlane(int p) {
    double[] e = without(p, order);
    for (int i = 0; i < n; i++) {
      double dot = 0;
      double squares = 0;
      for (int j = 0; j < k; j++) {
        dot += m[i * k + j] * q[p][j] * b[p][i * k + j] * e[i * k + j];
        squares += m[i * k + j] * q[p][j] * q[p][j];
      }
      r[p][i] = divide(dot, squares);
    }
    for (int j = 0; j < k; j++) {
      double dot = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        dot += m[i * k + j] * r[p][i] * b[p][i * k + j] * e[i * k + j];
        squares += m[i * k + j] * r[p][i] * r[p][i];
      }
      q[p][j] = divide(dot, squares);
    }
  }

  /** V less all planes below {@code planes} but p, by rows and columns. */
  private double[] without(int p, int planes) {
    double[] e = v.clone();
    for (int other = 0; other < planes; other++) {
      for (int i = 0; i < n * k && other != p; i++) {
        e[i] -= r[other][i / k] * q[other][i % k] * b[other][i];
      }
    }
    return e;
  }

  /** Row i of V - mu - sum a B on the members, leaving out plane {@code p} (none if -1). */
  private double[] residual(int i, int p) {
    double[] e = new double[n * k];
    for (int j = i * k; j < (i + 1) * k; j++) {
      e[j] = v[j] - mu[i];
      for (int other = 0; other < order; other++) {
        e[j] -= other == p ? 0 : a[other][i] * b[other][j];
      }
      e[j] *= m[j];
    }
    return e;
  }

  private void nearest(int i, double[] second) {
    for (int j = i * k; j < (i + 1) * k; j++) {
      double z = v[j] - mu[i];
      if (second == null) {
        b[0][j] = z >= 0 ? 1 : -1;
      } else {
        setNearest(j, z, a[0][i], second[i]);
      }
    }
  }

  private void nearestByColumn(int i) {
    for (int j = 0; j < k; j++) {
      setNearest(i * k + j, v[i * k + j], r[0][i] * q[0][j], r[1][i] * q[1][j]);
    }
  }

  private void setNearest(int place, double z, double c1, double c2) {
    double least = Double.POSITIVE_INFINITY;
    for (int s1 = -1; s1 <= 1; s1 += 2) {
      for (int s2 = -1; s2 <= 1; s2 += 2) {
        double distance = Math.abs(z - (s1 * c1 + s2 * c2));
        if (distance < least) {
          least = distance;
          b[0][place] = s1;
          b[1][place] = s2;
        }
      }
    }
  }

  private void copyRows(FitOracle from) {
    System.arraycopy(from.mu, 0, mu, 0, n);
    for (int p = 0; p < order; p++) {
      System.arraycopy(from.a[p], 0, a[p], 0, n);
      System.arraycopy(from.b[p], 0, b[p], 0, n * k);
    }
  }

  private double[] times(double[] left, DoubleMatrix s) {
    double[] product = new double[n * k];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < k; j++) {
        for (int l = 0; l < k; l++) {
          product[i * k + j] += left[i * k + l] * s.get(l, j);
        }
      }
    }
    return product;
  }

  private double rowSum(int i, double[] x, double[] y) {
    double sum = 0;
    for (int j = i * k; j < (i + 1) * k; j++) {
      sum += x[j] * y[j];
    }
    return sum;
  }

  private double divide(double x, double y) {
    return y + eps == 0 ? 0 : x / (y + eps);
  }
}
