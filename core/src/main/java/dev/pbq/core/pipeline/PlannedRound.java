package dev.pbq.core.pipeline;

import dev.pbq.core.model.LinearInput;
import java.util.List;
import java.util.Optional;

/**
 * Inputs of one block whose Hessians come from one pass of the calibration windows through the
 * block. What earlier rounds quantized is quantized in that pass, everything else is not.
 *
 * @param inputs in the order in which the block computes them, at least one
 */
public record PlannedRound(List<PlannedInput> inputs) {
  public PlannedRound {
    inputs = List.copyOf(inputs);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a round without inputs");
    }
  }

  /** The last input that needs a Hessian, where the pass may stop; empty if none does. */
  public Optional<LinearInput> lastCalibrated() {
    return inputs.stream()
        .filter(PlannedInput::needsHessian)
        .map(PlannedInput::input)
        .reduce((earlier, later) -> later);
  }
}
