package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
import java.util.Optional;

/**
 * The choice among {@linkplain Quantizer#variants() variants of a method} for the linears of an
 * input: each quantizes the layer, calibrated with all but the held-out windows, and the one with
 * the least squared output error on those is taken. What is stored is then calibrated with all
 * windows again.
 */
final class HeldOutChoice implements AutoCloseable {
  private final Hessian others;
  private final Hessian heldOut;

  /**
   * @param all the Hessian of all windows, lent
   * @param heldOut that of the windows to judge by, lent
   */
  HeldOutChoice(Hessian all, Hessian heldOut) {
    this.others = all.without(heldOut);
    this.heldOut = heldOut;
  }

  /** Whether there is something to choose for a method. */
  static boolean concerns(Quantizer method) {
    return method.calibrationNeed() == CalibrationNeed.HESSIAN && !method.variants().isEmpty();
  }

  /** The variant for a layer; of equals the first. */
  Quantizer of(LinearProblem problem, Quantizer method) {
    Quantizer best = method;
    double least = Double.POSITIVE_INFINITY;
    LinearProblem fitting =
        new LinearProblem(problem.name(), problem.weight(), Optional.of(others));
    for (Quantizer variant : method.variants()) {
      QuantizedLinear layer = variant.quantize(fitting).linear();
      double error =
          WeightError.relative(problem.name(), problem.weight(), layer, Optional.of(heldOut));
      if (error < least) {
        least = error;
        best = variant;
      }
    }
    return best;
  }

  @Override
  public void close() {
    others.close();
  }
}
