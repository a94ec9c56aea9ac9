package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Parallel;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowDequantizable;
import dev.pbq.core.tensor.FloatMatrix;

/**
 * How far a quantized layer is from its weights, some rows at a time, so that no dequantized copy
 * is held where the layer allows. Sums do not depend on the number of threads.
 *
 * @param error ||W - Q||^2
 * @param reference ||W||^2
 */
record WeightError(double error, double reference) {
  /** Weights of a task, about: few enough for the cache. */
  private static final int TASK = 1 << 16;

  /** Measures. */
  static WeightError of(FloatMatrix w, QuantizedLinear quantized) {
    RowDequantizable.RowValues values = rowValues(quantized);
    int rows = w.rows();
    int cols = w.cols();
    int perTask = Math.max(1, TASK / cols);
    int tasks = (rows - 1) / perTask + 1;
    double[] errors = new double[tasks];
    double[] references = new double[tasks];
    Parallel.forEach(
        tasks,
        t -> {
          int first = t * perTask;
          int count = Math.min(rows - first, perTask);
          float[] q = new float[count * cols];
          values.read(first, count, q, 0);
          errors[t] = squaredDistance(w.data(), first * cols, q);
          references[t] = squares(w.data(), first * cols, q.length);
        });
    double error = 0;
    double reference = 0;
    for (int t = 0; t < tasks; t++) {
      error += errors[t];
      reference += references[t];
    }
    return new WeightError(error, reference);
  }

  private static RowDequantizable.RowValues rowValues(QuantizedLinear quantized) {
    if (quantized instanceof RowDequantizable rows) {
      return rows.rowValues();
    }
    FloatMatrix all = quantized.dequantize();
    return (first, count, to, at) ->
        System.arraycopy(all.data(), first * all.cols(), to, at, count * all.cols());
  }

  /** Four sums side by side: one alone would wait for each addition. */
  private static double squaredDistance(float[] w, int from, float[] q) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= q.length; i += 4) {
      double d0 = w[from + i] - q[i];
      double d1 = w[from + i + 1] - q[i + 1];
      double d2 = w[from + i + 2] - q[i + 2];
      double d3 = w[from + i + 3] - q[i + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; i < q.length; i++) {
      double d = w[from + i] - q[i];
      s0 += d * d;
    }
    return s0 + s1 + (s2 + s3);
  }

  private static double squares(float[] w, int from, int count) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      s0 += (double) w[from + i] * w[from + i];
      s1 += (double) w[from + i + 1] * w[from + i + 1];
      s2 += (double) w[from + i + 2] * w[from + i + 2];
      s3 += (double) w[from + i + 3] * w[from + i + 3];
    }
    for (; i < count; i++) {
      s0 += (double) w[from + i] * w[from + i];
    }
    return s0 + s1 + (s2 + s3);
  }
}
