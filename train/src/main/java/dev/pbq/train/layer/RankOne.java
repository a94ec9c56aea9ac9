package dev.pbq.train.layer;

import dev.pbq.core.tensor.FloatMatrix;

/**
 * The best approximation of the magnitudes of a matrix by a product of two vectors, |W| ~ h g^T,
 * which OneBit starts from. The published program takes scikit-learn's NMF with one component; for
 * one component that is power iteration, so this iterates until nothing moves, from the same random
 * start, which decides how the scale is split between the two.
 *
 * @param output h [rows]
 * @param input g [cols]
 */
record RankOne(float[] output, float[] input) {
  private static final int MOST_ROUNDS = 200;
  private static final double TOLERANCE = 1e-9;

  static RankOne ofMagnitudes(FloatMatrix weight) {
    int rows = weight.rows();
    int cols = weight.cols();
    float[] w = weight.data();
    double mean = 0;
    for (float v : w) {
      mean += Math.abs(v);
    }
    mean /= w.length;
    NumpyNormal normal = new NumpyNormal(0);
    double[] g = new double[cols];
    for (int c = 0; c < cols; c++) {
      g[c] = Math.sqrt(mean) * Math.abs(normal.next());
    }
    double[] h = new double[rows];
    if (mean == 0) {
      return new RankOne(new float[rows], new float[cols]);
    }
    double moved = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MOST_ROUNDS && moved > TOLERANCE; round++) {
      double square = dot(g, g);
      for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < cols; c++) {
          sum += Math.abs(w[r * cols + c]) * g[c];
        }
        h[r] = sum / square;
      }
      double[] before = g;
      g = new double[cols];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          g[c] += Math.abs(w[r * cols + c]) * h[r];
        }
      }
      square = dot(h, h);
      double change = 0;
      for (int c = 0; c < cols; c++) {
        g[c] /= square;
        change = Math.max(change, Math.abs(g[c] - before[c]));
      }
      moved = change / Math.sqrt(mean);
    }
    return new RankOne(floats(h), floats(g));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }
}
