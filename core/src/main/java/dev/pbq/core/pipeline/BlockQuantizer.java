package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Quantizes the planned linears of one round, one after the other, and measures what it did. */
final class BlockQuantizer {
  /** A finished linear. */
  record Result(QuantizedLinear linear, LinearOutcome outcome) {}

  private final WeightSource weights;
  private final ProgressListener progress;

  BlockQuantizer(WeightSource weights, ProgressListener progress) {
    this.weights = weights;
    this.progress = progress;
  }

  /**
   * Quantizes a round.
   *
   * @param block index of the block
   * @param hessians by input name; each is closed as soon as its linears are done
   * @return results by linear name, in the block's order
   */
  Map<String, Result> quantize(int block, PlannedRound round, Map<String, Hessian> hessians) {
    Map<String, Result> results = new LinkedHashMap<>();
    for (PlannedInput input : round.inputs()) {
      Hessian hessian = hessians.get(input.input().name());
      try {
        for (PlannedLinear linear : input.linears()) {
          Result result = quantize(block, linear, Optional.ofNullable(hessian));
          results.put(linear.name(), result);
          progress.linearDone(result.outcome());
        }
      } finally {
        if (hessian != null) {
          hessian.close();
        }
      }
    }
    return results;
  }

  private Result quantize(int block, PlannedLinear linear, Optional<Hessian> hessian) {
    long start = System.nanoTime();
    FloatMatrix weight = weights.readMatrix(linear.name() + ".weight");
    Optional<Hessian> needed =
        linear.quantizer().calibrationNeed() == CalibrationNeed.HESSIAN
            ? hessian
            : Optional.empty();
    Quantization q = linear.quantizer().quantize(new LinearProblem(linear.name(), weight, needed));
    double relativeError = relativeError(linear.name(), weight, q.linear(), hessian);
    BitAccount bits = q.linear().bits();
    return new Result(
        q.linear(),
        new LinearOutcome(
            linear.name(),
            block,
            linear.quantizer().name(),
            linear.rows(),
            linear.cols(),
            relativeError,
            hessian.isPresent() ? "output" : "weight",
            q.paperBits()
                .orElseGet(() -> linear.quantizer().paperBits(linear.rows(), linear.cols())),
            bits.total(),
            bits.byKind(),
            q.diagnostics(),
            (System.nanoTime() - start) * 1e-9));
  }

  private static double relativeError(
      String name, FloatMatrix weight, QuantizedLinear quantized, Optional<Hessian> hessian) {
    FloatMatrix difference = quantized.dequantize();
    float[] d = difference.data();
    float[] w = weight.data();
    for (int i = 0; i < d.length; i++) {
      d[i] = w[i] - d[i];
    }
    double error = hessian.map(h -> h.quadraticTrace(difference)).orElseGet(() -> squares(d));
    double reference = hessian.map(h -> h.quadraticTrace(weight)).orElseGet(() -> squares(w));
    if (!Double.isFinite(error)) {
      throw PbqException.numerical(name + ": the quantized weights are not finite");
    }
    return reference == 0 ? (error == 0 ? 0 : Double.POSITIVE_INFINITY) : error / reference;
  }

  private static double squares(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return sum;
  }
}
