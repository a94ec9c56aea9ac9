package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;

/** Random blocks, divisions and metrics for the tests. */
final class Blocks {
  private Blocks() {}

  /** What the values of a block are like. */
  enum Style {
    NORMAL,
    /** One in ten twenty times larger. */
    OUTLIERS,
    /** Rows around means of their own, far from 0. */
    SHIFTED,
    /** Multiples of 1/4: many equal values and exact ties. */
    COARSE,
    /** Half of them 0. */
    SPARSE,
    /** Every row one value. */
    CONSTANT_ROWS,
    ZERO
  }

  static DoubleMatrix values(Style style, int rows, int cols, long seed) {
    Random random = new Random(seed);
    DoubleMatrix v = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows; i++) {
      double level = random.nextGaussian();
      for (int j = 0; j < cols; j++) {
        double z = random.nextGaussian();
        v.data()[i * cols + j] =
            switch (style) {
              case NORMAL -> z;
              case OUTLIERS -> random.nextInt(10) == 0 ? 20 * z : z;
              case SHIFTED -> 50 * level + z;
              case COARSE -> Math.rint(4 * z) / 4;
              case SPARSE -> random.nextBoolean() ? z : 0;
              case CONSTANT_ROWS -> level;
              case ZERO -> 0;
            };
      }
    }
    return v;
  }

  /** Group 0 is a random part of the block with about this density. */
  static Groups randomMask(int rows, int cols, double density, int order, long seed) {
    Random random = new Random(seed);
    byte[] mask = new byte[rows * cols];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (random.nextDouble() < density ? 1 : 0);
    }
    return Groups.ofMask(rows, cols, mask, order);
  }

  /** Group 0 is the whole block. */
  static Groups whole(int rows, int cols, int order) {
    return randomMask(rows, cols, 2, order, 0);
  }

  /** X^T X of correlated inputs of different sizes; of full rank if there are enough tokens. */
  static DoubleMatrix metric(int cols, int tokens, long seed) {
    Random random = new Random(seed);
    DoubleMatrix s = DoubleMatrix.zeros(cols, cols);
    double[] x = new double[cols];
    for (int t = 0; t < tokens; t++) {
      double previous = 0;
      for (int j = 0; j < cols; j++) {
        previous = 0.5 * previous + random.nextGaussian();
        x[j] = previous * (0.5 + j % 3);
      }
      for (int i = 0; i < cols; i++) {
        for (int j = 0; j < cols; j++) {
          s.data()[i * cols + j] += x[i] * x[j];
        }
      }
    }
    return s;
  }

  static SignPlanes signs(Groups groups) {
    return new SignPlanes(groups.rows(), groups.cols());
  }

  /** All parameters of a fit: shifts and scales, or the scales of rows and columns in turn. */
  static double[][] parameters(GroupFit fit) {
    double[][] all =
        fit instanceof RowFit row
            ? new double[][] {row.mu(), row.a1(), row.a2()}
            : fit instanceof RowColumnFit rc
                ? new double[][] {rc.r1(), rc.q1(), rc.r2(), rc.q2()}
                : new double[0][];
    return Arrays.stream(all).filter(Objects::nonNull).toArray(double[][]::new);
  }

  /** V^ on the members of group 0, else 0. */
  static DoubleMatrix reconstruction(Groups groups, GroupFit fit, SignPlanes signs) {
    int cols = groups.cols();
    DoubleMatrix out = DoubleMatrix.zeros(groups.rows(), cols);
    for (int i = 0; i < out.data().length; i++) {
      if (groups.of()[i] == 0) {
        out.data()[i] = fit.value(i / cols, i % cols, signs.first()[i], signs.second()[i]);
      }
    }
    return out;
  }

  /** Sum of squares of the members of group 0. */
  static double energy(DoubleMatrix v, Groups groups) {
    double sum = 0;
    for (int i = 0; i < v.data().length; i++) {
      sum += groups.of()[i] == 0 ? v.data()[i] * v.data()[i] : 0;
    }
    return sum;
  }
}
