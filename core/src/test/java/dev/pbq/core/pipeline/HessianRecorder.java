package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rounds to two bits, and keeps the Hessian that it was given for each linear, if it asks for one.
 */
final class HessianRecorder implements TwoBits {
  private final CalibrationNeed need;
  private final Map<String, double[][]> seen = Collections.synchronizedMap(new LinkedHashMap<>());

  private final Map<String, FloatMatrix> weights =
      Collections.synchronizedMap(new LinkedHashMap<>());

  HessianRecorder(CalibrationNeed need) {
    this.need = need;
  }

  /** The Hessians [features][features] by linear; inputs of a round may come in any order. */
  Map<String, double[][]> seen() {
    return seen;
  }

  /** The weights to quantize, likewise. */
  Map<String, FloatMatrix> weights() {
    return weights;
  }

  @Override
  public String name() {
    return need == CalibrationNeed.HESSIAN ? "recorder" : "data-free";
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return need;
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    weights.put(problem.name(), problem.weight());
    problem.hessian().ifPresent(hessian -> seen.put(problem.name(), dense(hessian)));
    return new Quantization(rounded(problem.weight()), Map.of());
  }

  /** Two bits per weight, one symmetric grid per row. */
  static UniformLinear rounded(FloatMatrix w) {
    byte[] codes = new byte[w.rows() * w.cols()];
    float[] scale = new float[w.rows()];
    int[] zero = new int[w.rows()];
    for (int r = 0; r < w.rows(); r++) {
      float largest = 0;
      for (int c = 0; c < w.cols(); c++) {
        largest = Math.max(largest, Math.abs(w.get(r, c)));
      }
      scale[r] = largest / 2;
      zero[r] = 2;
      for (int c = 0; c < w.cols(); c++) {
        int code = Math.round(w.get(r, c) / scale[r]) + 2;
        codes[r * w.cols() + c] = (byte) Math.max(0, Math.min(3, code));
      }
    }
    return new UniformLinear(
        w.rows(),
        w.cols(),
        w.cols(),
        ScaleDtype.F32,
        codes,
        new AffineGrid(2, scale, zero),
        Optional.empty());
  }

  private static double[][] dense(Hessian hessian) {
    int n = hessian.size();
    DoubleMatrix all = hessian.block(0, n);
    double[][] h = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        h[i][j] = all.get(i, j);
      }
    }
    return h;
  }
}
