package dev.pbq.ecq;

import dev.pbq.core.entropy.Trellis;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The method as its definition has it, in float64 and with loops alone: Y = W L, columns from the
 * last to the first, each taken out of Y when it is fixed. Shares no code with the module.
 */
public final class Reference {
  /** Bits of code k of a quantizer. */
  public interface Lengths {
    double of(int quantizer, int k);
  }

  public final double[][] l;
  public final double[][] y;
  public final int[][] codes;
  public final double[][] stored;
  public final double[] gamma;

  /** Sum of squares of what is left of Y. */
  public double loss;

  private final Trellis trellis;
  private final Lengths lengths;

  public Reference(
      double[][] w,
      double[][] sigma,
      double[] steps,
      double[] lambda,
      Trellis trellis,
      Lengths lengths,
      DoubleUnaryOperator rounded) {
    this.trellis = trellis;
    this.lengths = lengths;
    int m = w.length;
    int n = steps.length;
    l = cholesky(sigma);
    y = new double[m][n];
    for (int r = 0; r < m; r++) {
      for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++) {
          y[r][i] += w[r][j] * l[j][i];
        }
      }
    }
    codes = new int[m][n];
    stored = new double[m][n];
    gamma = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      column(i, steps[i], lambda[i], rounded);
    }
    for (double[] row : y) {
      for (double v : row) {
        loss += v * v;
      }
    }
  }

  private void column(int i, double step, double lambda, DoubleUnaryOperator rounded) {
    int m = y.length;
    double[] u = new double[m];
    for (int r = 0; r < m; r++) {
      u[r] = y[r][i] / (step * l[i][i]);
    }
    int[] k = trellis == Trellis.SCALAR ? scalar(u, lambda) : viterbi(u, lambda, trellis, lengths);
    double[] z = values(k, trellis);
    double zz = 0;
    double zu = 0;
    for (int r = 0; r < m; r++) {
      zz += z[r] * z[r];
      zu += z[r] * u[r];
    }
    gamma[i] = zz == 0 ? 0 : zu / zz;
    double fitted = rounded.applyAsDouble(gamma[i] * step);
    for (int r = 0; r < m; r++) {
      codes[r][i] = k[r];
      stored[r][i] = fitted * z[r];
      for (int j = 0; j <= i; j++) {
        y[r][j] -= stored[r][i] * l[i][j];
      }
    }
  }

  private int[] scalar(double[] u, double lambda) {
    int[] k = new int[u.length];
    for (int r = 0; r < u.length; r++) {
      double best = Double.POSITIVE_INFINITY;
      for (int c : new int[] {(int) Math.floor(u[r]), (int) Math.ceil(u[r]), 0}) {
        double cost = (u[r] - c) * (u[r] - c) + lambda * lengths.of(0, c);
        if (cost < best) {
          best = cost;
          k[r] = c;
        }
      }
    }
    return k;
  }

  /** What codes stand for. */
  public static double[] values(int[] k, Trellis trellis) {
    double[] z = new double[k.length];
    int state = 0;
    for (int r = 0; r < k.length; r++) {
      z[r] = trellis.level(trellis.quantizer(state), k[r]);
      state = trellis.next(state, k[r]);
    }
    return z;
  }

  /** Squared error plus lambda times lengths. */
  public static double cost(double[] u, int[] k, double lambda, Trellis trellis, Lengths lengths) {
    double[] z = values(k, trellis);
    double cost = 0;
    int state = 0;
    for (int r = 0; r < k.length; r++) {
      cost += (u[r] - z[r]) * (u[r] - z[r]) + lambda * lengths.of(trellis.quantizer(state), k[r]);
      state = trellis.next(state, k[r]);
    }
    return cost;
  }

  /** The Viterbi algorithm over the candidates floor(u / 2) - 1 .. + 2 and 0. */
  public static int[] viterbi(double[] u, double lambda, Trellis trellis, Lengths lengths) {
    int states = trellis.states();
    int[][] from = new int[u.length][states];
    int[][] taken = new int[u.length][states];
    double[] cost = new double[states];
    Arrays.fill(cost, 1, states, Double.POSITIVE_INFINITY);
    for (int r = 0; r < u.length; r++) {
      double[] next = new double[states];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      int floor = (int) Math.floor(u[r] / 2);
      for (int s = 0; s < states; s++) {
        int q = trellis.quantizer(s);
        for (int k : new int[] {floor - 1, floor, floor + 1, floor + 2, 0}) {
          double d = u[r] - trellis.level(q, k);
          double c = cost[s] + d * d + lambda * lengths.of(q, k);
          int t = trellis.next(s, k);
          if (c < next[t]) {
            next[t] = c;
            from[r][t] = s;
            taken[r][t] = k;
          }
        }
      }
      cost = next;
    }
    int state = 0;
    for (int s = 1; s < states; s++) {
      state = cost[s] < cost[state] ? s : state;
    }
    int[] codes = new int[u.length];
    for (int r = u.length - 1; r >= 0; r--) {
      codes[r] = taken[r][state];
      state = from[r][state];
    }
    return codes;
  }

  /** Lower Cholesky factor. */
  public static double[][] cholesky(double[][] a) {
    int n = a.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    return l;
  }

  /** trace(E Sigma E^T) for E = W - stored. */
  public double trace(double[][] w, double[][] sigma) {
    double trace = 0;
    for (int r = 0; r < w.length; r++) {
      for (int i = 0; i < sigma.length; i++) {
        for (int j = 0; j < sigma.length; j++) {
          trace += (w[r][i] - stored[r][i]) * sigma[i][j] * (w[r][j] - stored[r][j]);
        }
      }
    }
    return trace;
  }
}
