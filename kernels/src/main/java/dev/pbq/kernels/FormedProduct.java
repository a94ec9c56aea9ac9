package dev.pbq.kernels;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.LinearForm;

/**
 * What a linear computes from its weight where that is more than W x ({@link LinearForm}), apart
 * from the bias, which the caller adds: the inputs' signs instead of the inputs, outputs normalized
 * to mean 0 and variance 1 per vector with an epsilon of 1e-5.
 */
final class FormedProduct implements PackedProduct {
  private static final float EPSILON = 1e-5f;

  private final PackedProduct product;
  private final LinearForm form;

  private FormedProduct(PackedProduct product, LinearForm form) {
    this.product = product;
    this.form = form;
  }

  static PackedProduct of(PackedProduct product, LinearForm form) {
    return form.isLinearMap() ? product : new FormedProduct(product, form);
  }

  @Override
  public int rows() {
    return product.rows();
  }

  @Override
  public int cols() {
    return product.cols();
  }

  @Override
  public long residentBytes() {
    return product.residentBytes();
  }

  @Override
  public void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    if (form.signsInput()) {
      float[] signs = new float[Math.multiplyExact(count, cols())];
      for (int i = 0; i < signs.length; i++) {
        signs[i] = Math.signum(x[xAt + i]);
      }
      product.multiply(signs, 0, count, y, yAt);
    } else {
      product.multiply(x, xAt, count, y, yAt);
    }
    if (form.normalizesOutput()) {
      Parallel.forEach(count, i -> normalize(y, yAt + i * rows(), rows()));
    }
  }

  private static void normalize(float[] y, int at, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += y[at + i];
    }
    double mean = sum / n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double d = y[at + i] - mean;
      squares += d * d;
    }
    double factor = 1 / Math.sqrt(squares / n + EPSILON);
    for (int i = 0; i < n; i++) {
      y[at + i] = (float) ((y[at + i] - mean) * factor);
    }
  }

  @Override
  public void row(int row, float[] to, int at) {
    product.row(row, to, at);
  }
}
