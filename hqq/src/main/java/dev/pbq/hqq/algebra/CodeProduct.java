package dev.pbq.hqq.algebra;

import dev.pbq.core.packed.FlatGroups;

/**
 * The product of an input with a layer's codes, scales and zero points: y = x W'^T for W' = (q - z)
 * S, of which the codes' part is a product with small integers and the rest has low rank.
 *
 * @param rows outputs
 * @param cols inputs
 * @param groups of the row-major weights; their size must divide the number of weights
 * @param codes [rows * cols], row-major, unsigned
 * @param scale S of every group
 * @param zero z of every group
 */
public record CodeProduct(
    int rows, int cols, FlatGroups groups, byte[] codes, double[] scale, double[] zero) {
  public CodeProduct {
    if (codes.length != (long) rows * cols || !groups.divides(codes.length)) {
      throw new IllegalArgumentException(
          codes.length + " codes for " + rows + " x " + cols + " in groups of " + groups.size());
    }
    int count = groups.count(codes.length);
    if (scale.length != count || zero.length != count) {
      throw new IllegalArgumentException(
          scale.length + " scales and " + zero.length + " zero points for " + count + " groups");
    }
  }

  /** u = -z S of every group: what a group adds to the output for each unit of its inputs' sum. */
  public double[] offsets() {
    double[] u = new double[scale.length];
    for (int g = 0; g < u.length; g++) {
      u[g] = -zero[g] * scale[g];
    }
    return u;
  }

  /**
   * y = x W'^T without W'.
   *
   * @param x [cols]
   * @return [rows]
   */
  public double[] times(double[] x) {
    if (x.length != cols) {
      throw new IllegalArgumentException(x.length + " inputs where " + cols + " belong");
    }
    return groups.axis() == 1 ? consecutive(x) : strided(x);
  }

  /**
   * Groups along the inputs: y_o = sum over the groups G of row o of S_G (x q)_G + u_G sum(x)_G,
   * where a group that straddles rows counts with its part of each. With one group per row this is
   * Eq. 1 of the blog, y = (x W_q) S + (x 1^T) u.
   */
  private double[] consecutive(double[] x) {
    double[] u = offsets();
    double[] y = new double[rows];
    int size = groups.size();
    for (int o = 0; o < rows; o++) {
      int i = o * cols;
      int rowEnd = i + cols;
      while (i < rowEnd) {
        int g = i / size;
        int end = Math.min(rowEnd - i, size - i % size) + i;
        double product = 0;
        double sum = 0;
        for (; i < end; i++) {
          double input = x[i - o * cols];
          product += input * (codes[i] & 0xff);
          sum += input;
        }
        y[o] += scale[g] * product + u[g] * sum;
      }
    }
    return y;
  }

  /**
   * Groups across: each weight of a run of {@code count} belongs to a different group, so scales
   * are folded into the input once for each alignment of a row with the groups: with n/g a multiple
   * of the inputs, for each slab of rows. y_o = (x S) q_o + x u.
   */
  private double[] strided(double[] x) {
    int count = scale.length;
    double[] u = offsets();
    double[] y = new double[rows];
    boolean[] done = new boolean[rows];
    double[] folded = new double[cols];
    for (int first = 0; first < rows; first++) {
      if (done[first]) {
        continue;
      }
      int start = (int) ((long) first * cols % count);
      double correction = 0;
      for (int c = 0; c < cols; c++) {
        int g = (start + c) % count;
        folded[c] = x[c] * scale[g];
        correction += x[c] * u[g];
      }
      for (int o = first; o < rows; o++) {
        if (!done[o] && (int) ((long) o * cols % count) == start) {
          y[o] = product(folded, o) + correction;
          done[o] = true;
        }
      }
    }
    return y;
  }

  private double product(double[] x, int row) {
    double sum = 0;
    for (int c = 0; c < cols; c++) {
      sum += x[c] * (codes[row * cols + c] & 0xff);
    }
    return sum;
  }
}
