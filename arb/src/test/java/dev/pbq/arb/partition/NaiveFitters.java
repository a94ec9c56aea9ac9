package dev.pbq.arb.partition;

import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.tensor.DoubleMatrix;

/** Slow, obvious fitters of groups, written from the papers, to feed and to check searches. */
public final class NaiveFitters {
  private NaiveFitters() {}

  /** Binarization with row mean. */
  public static GroupFitter rb() {
    return arb(0);
  }

  /** ARB with some iterations; with none it is binarization with row mean. */
  public static GroupFitter arb(int iterations) {
    return (v, groups, group, signs) -> {
      int n = v.rows();
      int order = groups.orders()[group];
      double[] mu = new double[n];
      double[] a1 = new double[n];
      double[] a2 = new double[n];
      for (int i = 0; i < n; i++) {
        arbRow(v, groups, group, signs, i, iterations, mu, a1, a2);
      }
      return new RowFit(mu, a1, order == 2 ? a2 : null);
    };
  }

  private static void arbRow(
      DoubleMatrix v,
      Groups groups,
      int group,
      SignPlanes signs,
      int i,
      int iterations,
      double[] mu,
      double[] a1,
      double[] a2) {
    int k = v.cols();
    boolean second = groups.orders()[group] == 2;
    int[] members = new int[k];
    int c = 0;
    for (int j = 0; j < k; j++) {
      if (groups.of()[i * k + j] == group) {
        members[c++] = j;
      }
    }
    if (c == 0) {
      return;
    }
    double[] x = new double[c];
    for (int m = 0; m < c; m++) {
      x[m] = v.get(i, members[m]);
    }
    int[] b1 = new int[c];
    int[] b2 = new int[c];
    double[] rest = x.clone();
    mu[i] = NaiveSearch.mean(rest);
    a1[i] = binarize(rest, b1, mu[i]);
    if (second) {
      double mu2 = NaiveSearch.mean(rest);
      a2[i] = binarize(rest, b2, mu2);
      mu[i] += mu2;
    }
    for (int t = 0; t < iterations; t++) {
      double s = 0;
      for (int m = 0; m < c; m++) {
        s += x[m] - a1[i] * b1[m] - a2[i] * b2[m] - mu[i];
      }
      mu[i] += s / c;
      s = 0;
      for (int m = 0; m < c; m++) {
        s += b1[m] * (x[m] - mu[i] - a2[i] * b2[m]);
      }
      a1[i] = s / c;
      s = 0;
      for (int m = 0; m < c; m++) {
        s += b2[m] * (x[m] - mu[i] - a1[i] * b1[m]);
      }
      a2[i] = s / c;
      for (int m = 0; m < c; m++) {
        if (second) {
          nearest(x[m] - mu[i], a1[i], a2[i], m, b1, b2);
        } else {
          b1[m] = x[m] - mu[i] >= 0 ? 1 : -1;
        }
      }
    }
    for (int m = 0; m < c; m++) {
      signs.first()[i * k + members[m]] = (byte) (b1[m] > 0 ? 1 : 0);
      signs.second()[i * k + members[m]] = (byte) (b2[m] > 0 ? 1 : 0);
    }
  }

  /** Leaves in {@code rest} what remains; returns the scale. */
  private static double binarize(double[] rest, int[] b, double mu) {
    double a = 0;
    for (int m = 0; m < rest.length; m++) {
      rest[m] -= mu;
      b[m] = rest[m] >= 0 ? 1 : -1;
      a += Math.abs(rest[m]);
    }
    a /= rest.length;
    for (int m = 0; m < rest.length; m++) {
      rest[m] -= a * b[m];
    }
    return a;
  }

  private static void nearest(double z, double c1, double c2, int m, int[] b1, int[] b2) {
    double[] levels = {-c1 - c2, -c1 + c2, c1 - c2, c1 + c2};
    int best = 0;
    for (int l = 1; l < 4; l++) {
      if (Math.abs(z - levels[l]) < Math.abs(z - levels[best])) {
        best = l;
      }
    }
    b1[m] = best >= 2 ? 1 : -1;
    b2[m] = best % 2 == 1 ? 1 : -1;
  }

  /** ARB-RC with some iterations; {@code eps} is added to every denominator. */
  public static GroupFitter rc(int iterations, double eps) {
    return (v, groups, group, signs) -> new RowColumn(v, groups, group, eps).fit(iterations, signs);
  }

  private static final class RowColumn {
    private final DoubleMatrix v;
    private final int n;
    private final int k;
    private final boolean second;
    private final boolean[] member;
    private final double eps;

    RowColumn(DoubleMatrix v, Groups groups, int group, double eps) {
      this.v = v;
      this.n = v.rows();
      this.k = v.cols();
      this.second = groups.orders()[group] == 2;
      this.eps = eps;
      this.member = new boolean[n * k];
      for (int i = 0; i < n * k; i++) {
        member[i] = groups.of()[i] == group;
      }
    }

    GroupFit fit(int iterations, SignPlanes signs) {
      double[] r1 = new double[n];
      double[] q1 = new double[k];
      double[] r2 = new double[n];
      double[] q2 = new double[k];
      int[] b1 = new int[n * k];
      int[] b2 = new int[n * k];
      start(v.data(), r1, q1, b1);
      if (second) {
        start(without(r1, q1, b1), r2, q2, b2);
      }
      for (int t = 0; t < iterations; t++) {
        improve(without(r2, q2, b2), r1, q1, b1);
        if (second) {
          improve(without(r1, q1, b1), r2, q2, b2);
          for (int i = 0; i < n * k; i++) {
            if (member[i]) {
              double c1 = r1[i / k] * q1[i % k];
              double c2 = r2[i / k] * q2[i % k];
              nearest(v.data()[i], c1, c2, i, b1, b2);
            }
          }
        }
      }
      for (int i = 0; i < n * k; i++) {
        if (member[i]) {
          signs.first()[i] = (byte) (b1[i] > 0 ? 1 : 0);
          signs.second()[i] = (byte) (b2[i] > 0 ? 1 : 0);
        }
      }
      return second ? new RowColumnFit(r1, q1, r2, q2) : new RowColumnFit(r1, q1, null, null);
    }

    private double[] without(double[] r, double[] q, int[] b) {
      double[] e = v.data().clone();
      for (int i = 0; i < n * k; i++) {
        e[i] -= r[i / k] * q[i % k] * b[i];
      }
      return e;
    }

    private void start(double[] e, double[] r, double[] q, int[] b) {
      for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < k; j++) {
          if (member[i * k + j]) {
            c++;
            r[i] += Math.abs(e[i * k + j]);
            b[i * k + j] = e[i * k + j] >= 0 ? 1 : -1;
          }
        }
        r[i] = c == 0 ? 0 : r[i] / c;
      }
      for (int j = 0; j < k; j++) {
        int c = 0;
        for (int i = 0; i < n; i++) {
          if (member[i * k + j] && r[i] > 0) {
            c++;
            q[j] += Math.abs(e[i * k + j]) / r[i];
          }
        }
        q[j] = c == 0 ? 0 : q[j] / c;
      }
    }

    private void improve(double[] e, double[] r, double[] q, int[] b) {
      for (int i = 0; i < n; i++) {
        double up = 0;
        double down = 0;
        for (int j = 0; j < k; j++) {
          if (member[i * k + j]) {
            up += q[j] * b[i * k + j] * e[i * k + j];
            down += q[j] * q[j];
          }
        }
        r[i] = down + eps == 0 ? 0 : up / (down + eps);
      }
      for (int j = 0; j < k; j++) {
        double up = 0;
        double down = 0;
        for (int i = 0; i < n; i++) {
          if (member[i * k + j]) {
            up += r[i] * b[i * k + j] * e[i * k + j];
            down += r[i] * r[i];
          }
        }
        q[j] = down + eps == 0 ? 0 : up / (down + eps);
      }
    }
  }
}
