package dev.pbq.core.linalg;

import dev.pbq.core.tensor.FloatMatrix;

/** Slow, obvious float64 arithmetic to compare with. */
final class Matrices {
  private Matrices() {}

  /** factor * X^T X. */
  static double[][] gram(FloatMatrix x, double factor) {
    int n = x.cols();
    double[][] h = new double[n][n];
    for (int t = 0; t < x.rows(); t++) {
      for (int i = 0; i < n; i++) {
        double v = factor * x.get(t, i);
        for (int k = 0; k < n; k++) {
          h[i][k] += v * x.get(t, k);
        }
      }
    }
    return h;
  }

  /** H with ones for dead diagonal entries and d added to the diagonal. */
  static double[][] damped(double[][] h, double d) {
    double[][] copy = new double[h.length][];
    for (int i = 0; i < h.length; i++) {
      copy[i] = h[i].clone();
      copy[i][i] = (h[i][i] == 0 ? 1 : h[i][i]) + d;
    }
    return copy;
  }

  /** trace(D H D^T). */
  static double trace(double[][] h, FloatMatrix d) {
    double trace = 0;
    for (int r = 0; r < d.rows(); r++) {
      for (int i = 0; i < h.length; i++) {
        double sum = 0;
        for (int k = 0; k < h.length; k++) {
          sum += h[i][k] * d.get(r, k);
        }
        trace += sum * d.get(r, i);
      }
    }
    return trace;
  }

  static double[][] factor(InverseFactor u) {
    double[][] rows = new double[u.size()][u.size()];
    float[] row = new float[u.size()];
    for (int r = 0; r < u.size(); r++) {
      u.row(r, 0, u.size(), row, 0);
      for (int c = 0; c < u.size(); c++) {
        rows[r][c] = row[c];
      }
    }
    return rows;
  }

  /**
   * The largest |entry| of U H U^T - I (of some 60 of its rows, for a large matrix), which is zero
   * exactly if U^T U is the inverse of H.
   */
  static double inverseError(double[][] u, double[][] h) {
    int n = h.length;
    double worst = 0;
    double[] uh = new double[n];
    for (int i = 0; i < n; i += 1 + n / 60) {
      java.util.Arrays.fill(uh, 0);
      for (int j = i; j < n; j++) {
        for (int k = 0; k < n; k++) {
          uh[k] += u[i][j] * h[j][k];
        }
      }
      for (int m = 0; m < n; m++) {
        double sum = i == m ? -1 : 0;
        for (int k = m; k < n; k++) {
          sum += uh[k] * u[m][k];
        }
        worst = Math.max(worst, Math.abs(sum));
      }
    }
    return worst;
  }
}
