package dev.pbq.core.pipeline;

import dev.pbq.core.model.LinearInput;
import dev.pbq.core.quant.CalibrationNeed;
import java.util.List;

/**
 * An input inside a block with those of its linears that will be quantized; they share one Hessian.
 *
 * @param input the input
 * @param linears its selected linears, at least one
 */
public record PlannedInput(LinearInput input, List<PlannedLinear> linears) {
  public PlannedInput {
    linears = List.copyOf(linears);
  }

  /** Whether any of the linears needs the input's Hessian. */
  public boolean needsHessian() {
    return linears.stream()
        .anyMatch(l -> l.quantizer().calibrationNeed() == CalibrationNeed.HESSIAN);
  }
}
