package dev.pbq.core.model;

/** Plain float64 arithmetic that the reference models of the tests are written with. */
final class Float64 {
  private Float64() {}

  /** x W^T + b for one row; {@code bias} may be null. */
  static double[] linear(MapWeights weights, String name, double[] x) {
    float[] w = weights.values(name + ".weight");
    int outputs = w.length / x.length;
    double[] y = new double[outputs];
    for (int i = 0; i < outputs; i++) {
      double sum = weights.contains(name + ".bias") ? weights.values(name + ".bias")[i] : 0;
      for (int j = 0; j < x.length; j++) {
        sum += w[i * x.length + j] * x[j];
      }
      y[i] = sum;
    }
    return y;
  }

  static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  /** Row {@code row} of a table. */
  static double[] row(MapWeights weights, String name, int row, int width) {
    double[] values = new double[width];
    for (int i = 0; i < width; i++) {
      values[i] = weights.values(name)[row * width + i];
    }
    return values;
  }

  /**
   * One head's attention at position t over keys [first, t].
   *
   * @param offset where the head starts in the rows of {@code k} and {@code v}
   */
  static double[] attend(double[] q, double[][] k, double[][] v, int offset, int first, int t) {
    double[] score = new double[t + 1];
    double largest = Double.NEGATIVE_INFINITY;
    for (int s = first; s <= t; s++) {
      for (int i = 0; i < q.length; i++) {
        score[s] += q[i] * k[s][offset + i];
      }
      score[s] /= Math.sqrt(q.length);
      largest = Math.max(largest, score[s]);
    }
    double total = 0;
    double[] out = new double[q.length];
    for (int s = first; s <= t; s++) {
      double weight = Math.exp(score[s] - largest);
      total += weight;
      for (int i = 0; i < q.length; i++) {
        out[i] += weight * v[s][offset + i];
      }
    }
    for (int i = 0; i < q.length; i++) {
      out[i] /= total;
    }
    return out;
  }

  /** One head's query times the keys of all positions, later ones too. */
  static double[] products(double[] q, int queryOffset, double[][] k, int keyOffset, int width) {
    double[] products = new double[k.length];
    for (int s = 0; s < k.length; s++) {
      for (int i = 0; i < width; i++) {
        products[s] += q[queryOffset + i] * k[s][keyOffset + i];
      }
    }
    return products;
  }

  /** The error function, by its series: exact to float64 for the arguments met here. */
  static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 400 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
