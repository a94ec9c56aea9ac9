package dev.pbq.eval.sensitivity;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.eval.sensitivity.LinearSensitivity.ErrorAtRate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A linear quantized by the probe, with its own error at several rates.
 *
 * @param layer at the probe's rate
 * @param errors by increasing bits
 */
record ProbedLinear(QuantizedLinear layer, List<ErrorAtRate> errors) {
  static ProbedLinear of(LinearProblem problem, Quantizer probe, List<Quantizer> others) {
    QuantizedLinear layer = probe.quantize(problem).linear();
    double all = size(problem, problem.weight());
    List<ErrorAtRate> errors = new ArrayList<>();
    errors.add(error(problem, layer, all));
    for (Quantizer other : others) {
      errors.add(error(problem, other.quantize(problem).linear(), all));
    }
    errors.sort(Comparator.comparingDouble(ErrorAtRate::bits));
    return new ProbedLinear(layer, errors);
  }

  /** Bits per weight as stored. */
  double bits() {
    return bits(layer);
  }

  private static double bits(QuantizedLinear layer) {
    return (double) layer.bits().total() / ((double) layer.rows() * layer.cols());
  }

  private static ErrorAtRate error(LinearProblem problem, QuantizedLinear layer, double all) {
    FloatMatrix difference = layer.dequantize();
    float[] d = difference.data();
    float[] w = problem.weight().data();
    for (int i = 0; i < d.length; i++) {
      d[i] = w[i] - d[i];
    }
    double error = size(problem, difference);
    return new ErrorAtRate(bits(layer), error == 0 ? 0 : error / all);
  }

  /** tr(D H D^T), or the sum of squares without a Hessian. */
  private static double size(LinearProblem problem, FloatMatrix d) {
    if (problem.hessian().isPresent()) {
      return problem.hessian().get().quadraticTrace(d);
    }
    double sum = 0;
    for (float v : d.data()) {
      sum += (double) v * v;
    }
    return sum;
  }
}
