package dev.pbq.gptqpb;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;

/** RTN and GPTQ as the textbook has them, in float64, slowly. */
final class BaselineOracle {
  private final int bits;
  private final int groupsize;

  BaselineOracle(int bits, int groupsize) {
    this.bits = bits;
    this.groupsize = groupsize;
  }

  private record Grid(double scale, double zero, double levels) {
    double round(double w) {
      double code = Math.max(0, Math.min(levels, Math.rint(w / scale) + zero));
      return scale * (code - zero);
    }
  }

  private Grid grid(double[] w, int from, int to) {
    double lo = 0;
    double hi = 0;
    for (int i = from; i < to; i++) {
      lo = Math.min(lo, w[i]);
      hi = Math.max(hi, w[i]);
    }
    if (lo == 0 && hi == 0) {
      lo = -1;
      hi = 1;
    }
    double levels = Math.pow(2, bits) - 1;
    double scale = (hi - lo) / levels;
    return new Grid(scale, Math.rint(-lo / scale), levels);
  }

  double[][] rtn(FloatMatrix w) {
    int g = groupsize == -1 ? w.cols() : groupsize;
    double[][] q = rows(w);
    for (double[] row : q) {
      for (int from = 0; from < row.length; from += g) {
        int to = Math.min(row.length, from + g);
        Grid grid = grid(row, from, to);
        for (int c = from; c < to; c++) {
          row[c] = grid.round(row[c]);
        }
      }
    }
    return q;
  }

  /** GPTQ with the inverse Hessian itself: after each column, the rest of H is marginalised. */
  double[][] gptq(
      FloatMatrix w, double[][] gram, double percdamp, boolean actOrder, ActGroups groups) {
    int n = w.cols();
    double[][] h = new double[n][];
    boolean[] dead = new boolean[n];
    double mean = 0;
    for (int i = 0; i < n; i++) {
      h[i] = gram[i].clone();
      dead[i] = h[i][i] == 0;
      if (dead[i]) {
        h[i][i] = 1;
      }
      mean += h[i][i] / n;
    }
    Integer[] order = new Integer[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    if (actOrder) {
      Arrays.sort(order, (a, b) -> Double.compare(h[b][b], h[a][a]));
      if (groups == ActGroups.WHOLE && groupsize != -1) {
        sortGroups(order, h);
      }
    }
    boolean isStatic = groupsize != -1 && actOrder && groups == ActGroups.STATIC;
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        inverse[i][k] = h[order[i]][order[k]] + (i == k ? percdamp * mean : 0);
      }
    }
    invert(inverse);

    double[][] original = rows(w);
    double[][] q = new double[w.rows()][n];
    double[][] current = new double[w.rows()][n];
    Grid[] grids = new Grid[w.rows()];
    for (int r = 0; r < w.rows(); r++) {
      grids[r] = grid(original[r], 0, n);
      for (int p = 0; p < n; p++) {
        current[r][p] = dead[order[p]] ? 0 : original[r][order[p]];
      }
    }
    for (int p = 0; p < n; p++) {
      for (int r = 0; r < w.rows(); r++) {
        if (isStatic) {
          int from = order[p] / groupsize * groupsize;
          grids[r] = grid(original[r], from, Math.min(n, from + groupsize));
        } else if (groupsize != -1 && p % groupsize == 0) {
          grids[r] = grid(current[r], p, Math.min(n, p + groupsize));
        }
        double value = grids[r].round(current[r][p]);
        q[r][order[p]] = value;
        double error = (current[r][p] - value) / inverse[p][p];
        for (int k = p + 1; k < n; k++) {
          current[r][k] -= error * inverse[p][k];
        }
      }
      for (int i = p + 1; i < n; i++) {
        double share = inverse[i][p] / inverse[p][p];
        for (int k = p + 1; k < n; k++) {
          inverse[i][k] -= share * inverse[p][k];
        }
      }
    }
    return q;
  }

  /** Whole groups by falling trace, one that is narrower last; the order within them stays. */
  private void sortGroups(Integer[] order, double[][] h) {
    int n = order.length;
    double[] traces = new double[n];
    for (int c = 0; c < n; c++) {
      for (int k = c / groupsize * groupsize;
          k < Math.min(n, c / groupsize * groupsize + groupsize);
          k++) {
        traces[c] += h[k][k];
      }
      if (c >= n / groupsize * groupsize) {
        traces[c] = -1;
      }
    }
    Arrays.sort(order, (a, b) -> Double.compare(traces[b], traces[a]));
  }

  private static double[][] rows(FloatMatrix w) {
    double[][] rows = new double[w.rows()][w.cols()];
    for (int r = 0; r < w.rows(); r++) {
      for (int c = 0; c < w.cols(); c++) {
        rows[r][c] = w.get(r, c);
      }
    }
    return rows;
  }

  /** Gauss-Jordan in place; the matrix is positive definite, so no pivoting. */
  private static void invert(double[][] a) {
    int n = a.length;
    for (int p = 0; p < n; p++) {
      double pivot = a[p][p];
      a[p][p] = 1;
      for (int k = 0; k < n; k++) {
        a[p][k] /= pivot;
      }
      for (int i = 0; i < n; i++) {
        if (i != p) {
          double share = a[i][p];
          a[i][p] = 0;
          for (int k = 0; k < n; k++) {
            a[i][k] -= share * a[p][k];
          }
        }
      }
    }
  }
}
