package dev.pbq.kernels.decoder;

/**
 * A norm of {@code width} features at a time. Sums are taken in float64.
 *
 * @param centered whether the mean is taken away: a layer norm; else a norm by the root mean square
 * @param epsilon added to the variance, or to the mean square
 * @param weights factors: of {@code width} features, or of a multiple, for consecutive groups of
 *     features; empty for 1
 * @param biases as the weights; empty for 0
 */
record NormStep(int width, boolean centered, double epsilon, float[] weights, float[] biases) {

  /** The normed features, a new array. */
  float[] apply(float[] x) {
    float[] y = new float[x.length];
    for (int at = 0; at < x.length; at += width) {
      double mean = centered ? sum(x, at) / width : 0;
      double factor = 1 / Math.sqrt(squares(x, at, mean) / width + epsilon);
      scale(x, at, (float) mean, (float) factor, y);
    }
    return y;
  }

  private double sum(float[] x, int at) {
    double sum = 0;
    for (int i = at; i < at + width; i++) {
      sum += x[i];
    }
    return sum;
  }

  private double squares(float[] x, int at, double mean) {
    double even = 0;
    double odd = 0;
    int i = at;
    for (; i + 1 < at + width; i += 2) {
      double a = x[i] - mean;
      double b = x[i + 1] - mean;
      even += a * a;
      odd += b * b;
    }
    if (i < at + width) {
      even += (x[i] - mean) * (x[i] - mean);
    }
    return even + odd;
  }

  private void scale(float[] x, int at, float mean, float factor, float[] y) {
    if (weights.length == 0) {
      for (int i = at; i < at + width; i++) {
        y[i] = (x[i] - mean) * factor;
      }
      return;
    }
    int from = at % weights.length;
    for (int i = 0; i < width; i++) {
      y[at + i] = (x[at + i] - mean) * factor * weights[from + i];
    }
    if (biases.length > 0) {
      for (int i = 0; i < width; i++) {
        y[at + i] += biases[from + i];
      }
    }
  }
}
