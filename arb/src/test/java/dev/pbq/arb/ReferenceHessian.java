package dev.pbq.arb;

import dev.pbq.core.linalg.BlockSweep;
import dev.pbq.core.linalg.UpperFactor;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.List;

/** The Hessian and its factor in plain float64, for comparisons at full precision. */
final class ReferenceHessian {
  private final int size;
  private final double[][] raw;
  private final double[][] u;
  private final List<Integer> dead = new ArrayList<>();

  private ReferenceHessian(double[][] raw, double percdamp) {
    this.size = raw.length;
    this.raw = raw;
    double[][] h = new double[size][];
    double mean = 0;
    for (int i = 0; i < size; i++) {
      h[i] = raw[i].clone();
      if (h[i][i] == 0) {
        h[i][i] = 1;
        dead.add(i);
      }
      mean += h[i][i] / size;
    }
    for (int i = 0; i < size; i++) {
      h[i][i] += percdamp * mean;
    }
    this.u = choleskyUpper(inverse(h));
  }

  /** From inputs X [tokens, size] of {@code sequences} equally long sequences. */
  static ReferenceHessian of(DoubleMatrix x, int sequences, double percdamp) {
    int size = x.cols();
    double[][] h = new double[size][size];
    for (int t = 0; t < x.rows(); t++) {
      for (int i = 0; i < size; i++) {
        double xi = x.get(t, i);
        for (int k = 0; k < size; k++) {
          h[i][k] += xi * x.get(t, k) * 2 / sequences;
        }
      }
    }
    return new ReferenceHessian(h, percdamp);
  }

  List<Integer> dead() {
    return dead;
  }

  DoubleMatrix withoutDeadColumns(DoubleMatrix w) {
    DoubleMatrix copy = w.copy();
    for (int c : dead) {
      for (int r = 0; r < w.rows(); r++) {
        copy.data()[r * w.cols() + c] = 0;
      }
    }
    return copy;
  }

  /** X^T X / sequences of a range of columns. */
  BlockSweep.Source secondMoments() {
    return (from, to) -> {
      DoubleMatrix s = DoubleMatrix.zeros(to - from, to - from);
      for (int i = from; i < to; i++) {
        for (int k = from; k < to; k++) {
          s.data()[(i - from) * s.cols() + k - from] = raw[i][k] / 2;
        }
      }
      return s;
    };
  }

  UpperFactor factor() {
    return new UpperFactor() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public DoubleMatrix block(int rowFrom, int rowTo, int colFrom, int colTo) {
        DoubleMatrix part = DoubleMatrix.zeros(rowTo - rowFrom, colTo - colFrom);
        for (int r = rowFrom; r < rowTo; r++) {
          System.arraycopy(u[r], colFrom, part.data(), (r - rowFrom) * part.cols(), part.cols());
        }
        return part;
      }
    };
  }

  /** A = R^T R. */
  private static double[][] choleskyUpper(double[][] a) {
    int n = a.length;
    double[][] r = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = i; k < n; k++) {
        double sum = a[i][k];
        for (int j = 0; j < i; j++) {
          sum -= r[j][i] * r[j][k];
        }
        r[i][k] = i == k ? Math.sqrt(sum) : sum / r[i][i];
      }
    }
    return r;
  }

  /** Of a symmetric positive definite matrix. */
  private static double[][] inverse(double[][] a) {
    int n = a.length;
    double[][] r = choleskyUpper(a);
    double[][] inv = new double[n][n];
    for (int k = 0; k < n; k++) {
      inv[k][k] = 1 / r[k][k];
      for (int i = k - 1; i >= 0; i--) {
        double sum = 0;
        for (int j = i + 1; j <= k; j++) {
          sum += r[i][j] * inv[j][k];
        }
        inv[i][k] = -sum / r[i][i];
      }
    }
    double[][] result = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = i; k < n; k++) {
        double sum = 0;
        for (int j = k; j < n; j++) {
          sum += inv[i][j] * inv[k][j];
        }
        result[i][k] = sum;
        result[k][i] = sum;
      }
    }
    return result;
  }
}
