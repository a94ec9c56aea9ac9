package dev.pbq.kernels;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Random;

/** Products in float64 with dequantized weights, and how far others are from them. */
final class Reference {
  private Reference() {}

  /** Numbers of both signs, a few of them a hundred times larger. */
  static float[] inputs(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextGaussian() * (random.nextInt(50) == 0 ? 100 : 1));
    }
    return x;
  }

  /**
   * The norm of the differences, relative to that of a product whose terms have random signs: the
   * norms of weights and inputs over the root of their number.
   *
   * @param scale what weights are taken for where they are smaller
   */
  static double error(FloatMatrix w, double scale, float[] x, int count, float[] y) {
    double worst = 0;
    for (int i = 0; i < count; i++) {
      double error = 0;
      double squares = 0;
      double inputs = 0;
      for (int c = 0; c < w.cols(); c++) {
        inputs += (double) x[i * w.cols() + c] * x[i * w.cols() + c];
      }
      for (int r = 0; r < w.rows(); r++) {
        double sum = 0;
        for (int c = 0; c < w.cols(); c++) {
          sum += (double) w.get(r, c) * x[i * w.cols() + c];
          double size = Math.max(scale, Math.abs(w.get(r, c)));
          squares += size * size;
        }
        double d = y[i * w.rows() + r] - sum;
        error += d * d;
      }
      double usual = Math.sqrt(squares / w.cols() * inputs);
      worst = Math.max(worst, error == 0 ? 0 : Math.sqrt(error) / usual);
    }
    return worst;
  }
}
