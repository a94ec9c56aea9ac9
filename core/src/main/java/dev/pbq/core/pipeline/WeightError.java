package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowDequantizable;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The error of a quantized layer against its weights, measured some rows at a time, so that no
 * dequantized copy is held where the layer allows. Sums do not depend on the number of threads.
 *
 * @param error ||W - Q||^2
 * @param reference ||W||^2
 */
public record WeightError(double error, double reference) {
  /** Weights of a task, about. */
  private static final int TASK = 1 << 18;

  /** Weights that are dequantized before they are compared, about: few enough for the cache. */
  private static final int READ = 1 << 13;

  /** Sums that run side by side in float32. */
  private static final int LANES = 256;

  /** Squares that are added in float32 before they are moved to float64. */
  private static final int TERMS = 16;

  /** Below it, float32 has lost squares of a piece. */
  private static final double SMALLEST = 1e-25;

  /**
   * The share of a quantized layer's outputs that is lost, trace(D H D^T) / trace(W H W^T) for D =
   * W - Q; without a Hessian that of its weights.
   *
   * @param name of the layer, for messages
   * @param hessian of its inputs, lent
   * @return infinite for an error of a layer that has nothing to lose
   * @throws PbqException NUMERICAL naming the layer if its quantized weights are not finite
   */
  public static double relative(
      String name, FloatMatrix weight, QuantizedLinear quantized, Optional<Hessian> hessian) {
    WeightError e =
        hessian
            .map(
                h ->
                    new WeightError(
                        h.quadraticTrace(difference(weight, quantized)), h.quadraticTrace(weight)))
            .orElseGet(() -> of(weight, quantized));
    if (!Double.isFinite(e.error())) {
      throw PbqException.numerical(name + ": the quantized weights are not finite");
    }
    return e.reference() == 0
        ? (e.error() == 0 ? 0 : Double.POSITIVE_INFINITY)
        : e.error() / e.reference();
  }

  private static FloatMatrix difference(FloatMatrix weight, QuantizedLinear quantized) {
    FloatMatrix difference = quantized.dequantize();
    float[] d = difference.data();
    float[] w = weight.data();
    for (int i = 0; i < d.length; i++) {
      d[i] = w[i] - d[i];
    }
    return difference;
  }

  /** Measures. */
  static WeightError of(FloatMatrix w, QuantizedLinear quantized) {
    RowDequantizable.RowValues values = rowValues(quantized);
    int rows = w.rows();
    int cols = w.cols();
    int perTask = Math.max(1, TASK / cols);
    List<WeightError> pieces =
        Parallel.mapRanges(
            rows,
            perTask,
            (first, end) -> {
              int count = end - first;
              WeightError sum = new WeightError(0, 0);
              int perRead = Math.max(1, READ / cols);
              float[] q = new float[Math.min(count, perRead) * cols];
              for (int r = 0; r < count; r += perRead) {
                int n = Math.min(count - r, perRead);
                values.read(first + r, n, q, 0);
                sum = sum.plus(ofPiece(w.data(), (first + r) * cols, q, n * cols));
              }
              return sum;
            });
    double error = 0;
    double reference = 0;
    for (WeightError piece : pieces) {
      error += piece.error;
      reference += piece.reference;
    }
    return new WeightError(error, reference);
  }

  private WeightError plus(WeightError other) {
    return new WeightError(error + other.error, reference + other.reference);
  }

  private static RowDequantizable.RowValues rowValues(QuantizedLinear quantized) {
    if (quantized instanceof RowDequantizable rows) {
      return rows.rowValues();
    }
    FloatMatrix all = quantized.dequantize();
    return (first, count, to, at) ->
        System.arraycopy(all.data(), first * all.cols(), to, at, count * all.cols());
  }

  /**
   * The sums over a piece, in float32 for {@value #TERMS} terms at a time: right to six digits and
   * more. Where squares are too small or too large for that, all in float64.
   */
  private static WeightError ofPiece(float[] w, int from, float[] q, int count) {
    double error = 0;
    double reference = 0;
    float[] v = new float[LANES];
    float[] d = new float[LANES];
    float[] errors = new float[LANES];
    float[] references = new float[LANES];
    int blocks = count / (LANES * TERMS);
    for (int b = 0; b < blocks; b++) {
      for (int k = 0; k < TERMS; k++) {
        int at = (b * TERMS + k) * LANES;
        System.arraycopy(w, from + at, v, 0, LANES);
        System.arraycopy(q, at, d, 0, LANES);
        add(v, d, errors, references);
      }
      for (int l = 0; l < LANES; l++) {
        error += errors[l];
        reference += references[l];
      }
      Arrays.fill(errors, 0);
      Arrays.fill(references, 0);
    }
    WeightError rest = exactly(w, from, q, blocks * LANES * TERMS, count);
    error += rest.error;
    reference += rest.reference;
    boolean usual = reference > SMALLEST && error < Float.MAX_VALUE && reference < Float.MAX_VALUE;
    return usual ? new WeightError(error, reference) : exactly(w, from, q, 0, count);
  }

  /** One of each sum for every lane, all arrays from 0 on: in this shape it is vectorised. */
  private static void add(float[] w, float[] q, float[] errors, float[] references) {
    for (int l = 0; l < LANES; l++) {
      float d = w[l] - q[l];
      errors[l] += d * d;
      references[l] += w[l] * w[l];
    }
  }

  private static WeightError exactly(float[] w, int from, float[] q, int start, int end) {
    double error = 0;
    double reference = 0;
    for (int i = start; i < end; i++) {
      double v = w[from + i];
      double d = w[from + i] - q[i];
      error += d * d;
      reference += v * v;
    }
    return new WeightError(error, reference);
  }
}
