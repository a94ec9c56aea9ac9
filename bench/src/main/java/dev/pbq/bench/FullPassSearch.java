package dev.pbq.bench;

import dev.pbq.core.linalg.DoubleProducts;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;

/**
 * BiLLM's and ARB-LLM's search as it is written down: for every candidate all weights of the block
 * are assigned, binarized and compared anew. {@link PartitionMacro} compares with it.
 */
final class FullPassSearch {
  private final DoubleMatrix z;
  private final int n;
  private final int k;
  private final byte[] of;
  private final double[] rest;

  FullPassSearch(DoubleMatrix z) {
    this.z = z;
    this.n = z.rows();
    this.k = z.cols();
    this.of = new byte[n * k];
    this.rest = new double[n * k];
  }

  /** The errors for 1, 2, ..., {@code most} salient columns. */
  double[] salientCounts(int[] columnOrder, int most) {
    double[] errors = new double[most];
    Arrays.fill(of, (byte) 1);
    for (int c = 0; c < most; c++) {
      for (int i = 0; i < n; i++) {
        of[i * k + columnOrder[c]] = 0;
      }
      start();
      binarize((byte) 0, 2);
      binarize((byte) 1, 2);
      errors[c] = meanSquare();
    }
    return errors;
  }

  /** The errors with each break point, for the columns that are flagged. */
  double[] splits(boolean[] columns, double[] points, int order, DoubleMatrix s) {
    double[] errors = new double[points.length];
    for (int p = 0; p < points.length; p++) {
      for (int i = 0; i < n * k; i++) {
        of[i] = (byte) (!columns[i % k] ? 2 : Math.abs(z.data()[i]) >= points[p] ? 0 : 1);
      }
      start();
      binarize((byte) 0, order);
      binarize((byte) 1, order);
      errors[p] = s == null ? meanSquare() : trace(s);
    }
    return errors;
  }

  private void start() {
    System.arraycopy(z.data(), 0, rest, 0, n * k);
  }

  private void binarize(byte group, int order) {
    for (int o = 0; o < order; o++) {
      for (int at = 0; at < n * k; at += k) {
        double sum = 0;
        int count = 0;
        for (int i = at; i < at + k; i++) {
          if (of[i] == group) {
            sum += rest[i];
            count++;
          }
        }
        double mean = count == 0 ? 0 : sum / count;
        double deviation = 0;
        for (int i = at; i < at + k; i++) {
          if (of[i] == group) {
            deviation += Math.abs(rest[i] - mean);
          }
        }
        double scale = count == 0 ? 0 : deviation / count;
        for (int i = at; i < at + k; i++) {
          if (of[i] == group) {
            rest[i] -= rest[i] >= mean ? mean + scale : mean - scale;
          }
        }
      }
    }
  }

  private double meanSquare() {
    double sum = 0;
    for (double v : rest) {
      sum += v * v;
    }
    return sum / (n * k);
  }

  private double trace(DoubleMatrix s) {
    double[] product = DoubleProducts.multiply(new DoubleMatrix(n, k, rest), s).data();
    double sum = 0;
    for (int i = 0; i < n * k; i++) {
      sum += product[i] * rest[i];
    }
    return sum;
  }
}
