package dev.pbq.arb.refine;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * The error metric of a block: U_bb, its inverse V (both upper triangular, [k, k], row-major) and G
 * = V V^T; the error of a row d = w - q is |d V|^2 = d G d^T.
 *
 * @param k columns of the block
 * @param u U_bb
 * @param v U_bb^-1
 * @param g V V^T
 */
record BlockMetric(int k, double[] u, double[] v, double[] g) {
  static BlockMetric of(DoubleMatrix upper) {
    int k = upper.cols();
    double[] u = upper.data();
    double[] v = new double[k * k];
    for (int col = 0; col < k; col++) {
      v[col * k + col] = 1 / u[col * k + col];
      for (int row = col - 1; row >= 0; row--) {
        double sum = 0;
        for (int j = row + 1; j <= col; j++) {
          sum += u[row * k + j] * v[j * k + col];
        }
        v[row * k + col] = -sum / u[row * k + row];
      }
    }
    double[] g = new double[k * k];
    for (int i = 0; i < k; i++) {
      for (int j = i; j < k; j++) {
        double sum = 0;
        for (int c = j; c < k; c++) {
          sum += v[i * k + c] * v[j * k + c];
        }
        g[i * k + j] = sum;
        g[j * k + i] = sum;
      }
    }
    return new BlockMetric(k, u, v, g);
  }
}
