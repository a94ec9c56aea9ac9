package dev.pbq.hqq.algebra;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * A correction x A B of low rank r.
 *
 * @param a A [inputs, r]
 * @param b B [r, outputs]
 */
public record LowRank(DoubleMatrix a, DoubleMatrix b) {
  public LowRank {
    if (a.cols() != b.rows()) {
      throw new IllegalArgumentException(a + " times " + b);
    }
  }

  /** The rank that the factors allow. */
  public int rank() {
    return a.cols();
  }

  /**
   * An adapter and the zero points' part of Eq. 1 as one correction of rank r + 1: x A B alpha/r +
   * (x 1^T) u = x [alpha/r A | 1] [B ; u]. Exact, without a decomposition. The reference's own
   * merge applies alpha/r to the last column too and is right for alpha = r only.
   *
   * @param u [outputs], one group for each output
   */
  public static LowRank merged(LowRank adapter, double alpha, double[] u) {
    int r = adapter.rank();
    int inputs = adapter.a.rows();
    int outputs = adapter.b.cols();
    if (u.length != outputs) {
      throw new IllegalArgumentException(u.length + " offsets for " + outputs + " outputs");
    }
    double factor = alpha / r;
    DoubleMatrix a = DoubleMatrix.zeros(inputs, r + 1);
    for (int i = 0; i < inputs; i++) {
      for (int k = 0; k < r; k++) {
        a.data()[i * (r + 1) + k] = factor * adapter.a.get(i, k);
      }
      a.data()[i * (r + 1) + r] = 1;
    }
    DoubleMatrix b = DoubleMatrix.zeros(r + 1, outputs);
    System.arraycopy(adapter.b.data(), 0, b.data(), 0, r * outputs);
    System.arraycopy(u, 0, b.data(), r * outputs, outputs);
    return new LowRank(a, b);
  }

  /**
   * x A B.
   *
   * @param x [inputs]
   * @return [outputs]
   */
  public double[] times(double[] x) {
    return times(times(x, a), b);
  }

  private static double[] times(double[] x, DoubleMatrix m) {
    if (x.length != m.rows()) {
      throw new IllegalArgumentException(x.length + " inputs where " + m.rows() + " belong");
    }
    double[] y = new double[m.cols()];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < y.length; o++) {
        y[o] += x[i] * m.get(i, o);
      }
    }
    return y;
  }
}
