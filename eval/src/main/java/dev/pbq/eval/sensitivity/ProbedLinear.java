package dev.pbq.eval.sensitivity;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.pipeline.WeightError;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
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
  static ProbedLinear of(LinearProblem problem, Probe probe) {
    QuantizedLinear layer = probe.quantizer().quantize(problem).linear();
    List<ErrorAtRate> errors = new ArrayList<>();
    errors.add(error(problem, layer));
    for (Quantizer other : probe.others()) {
      errors.add(error(problem, other.quantize(problem).linear()));
    }
    errors.sort(Comparator.comparingDouble(ErrorAtRate::bits));
    return new ProbedLinear(layer, errors);
  }

  /** Bits per weight as stored. */
  double bits() {
    return bits(layer);
  }

  /** What is told of it. */
  LinearSensitivity measured(String name, int block, double loss) {
    return new LinearSensitivity(name, block, layer.rows(), layer.cols(), bits(), loss, errors);
  }

  private static double bits(QuantizedLinear layer) {
    return (double) layer.bits().total() / ((double) layer.rows() * layer.cols());
  }

  private static ErrorAtRate error(LinearProblem problem, QuantizedLinear layer) {
    return new ErrorAtRate(
        bits(layer),
        WeightError.relative(problem.name(), problem.weight(), layer, problem.hessian()));
  }
}
