package dev.pbq.arb.partition;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Random;

/** Blocks to divide. */
final class Matrices {
  private Matrices() {}

  enum Kind {
    /** Squares of normal weights, columns of different sizes: what the Hessian metric gives. */
    METRIC,
    /** Normal weights with outliers. */
    SIGNED,
    /** Columns and entries that differ by ten orders of magnitude. */
    WIDE,
    /** Values that hardly differ from row to row and from column to column. */
    OFFSET,
    /** A few small integers: ties among entries, and between entries and means. */
    INTEGERS,
    /** One value per row. */
    CONSTANT_ROWS,
    /** Mostly zeros. */
    SPARSE,
    ZERO
  }

  static DoubleMatrix of(Kind kind, int rows, int cols, long seed) {
    Random random = new Random(seed);
    double[] columns = new double[cols];
    for (int j = 0; j < cols; j++) {
      columns[j] = Math.exp(random.nextGaussian());
    }
    DoubleMatrix z = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows * cols; i++) {
      double normal = random.nextGaussian();
      z.data()[i] =
          switch (kind) {
            case METRIC -> normal * normal * columns[i % cols];
            case SIGNED -> normal * columns[i % cols] * (random.nextInt(30) == 0 ? 10 : 1);
            case WIDE -> normal * Math.pow(columns[i % cols], 5) * Math.exp(3 * normal);
            case OFFSET -> 1000 + normal;
            case INTEGERS -> random.nextInt(7) - 3;
            case CONSTANT_ROWS -> 0.1 + i / cols % 3 * 0.7;
            case SPARSE -> random.nextInt(5) == 0 ? normal : 0;
            case ZERO -> 0;
          };
    }
    return z;
  }

  static DoubleMatrix absolute(DoubleMatrix z) {
    DoubleMatrix a = z.copy();
    for (int i = 0; i < a.data().length; i++) {
      a.data()[i] = Math.abs(a.data()[i]);
    }
    return a;
  }

  /** X^T X of correlated inputs with a common part. */
  static DoubleMatrix second(int k, int tokens, long seed) {
    Random random = new Random(seed);
    DoubleMatrix s = DoubleMatrix.zeros(k, k);
    double[] x = new double[k];
    for (int t = 0; t < tokens; t++) {
      double common = random.nextGaussian();
      for (int j = 0; j < k; j++) {
        x[j] = 0.5 * common + random.nextGaussian() * (j % 7 == 0 ? 4 : 1);
      }
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          s.data()[i * k + j] += x[i] * x[j];
        }
      }
    }
    return s;
  }
}
