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

  /** Whether variants of a method are judged on held-out windows for any of the linears. */
  public boolean isChosen() {
    return !input.routed() && linears.stream().anyMatch(l -> HeldOutChoice.concerns(l.quantizer()));
  }

  /** The most variants of a method that are judged for one of the linears; 0 if none are. */
  int variants() {
    return isChosen()
        ? linears.stream().mapToInt(l -> l.quantizer().variants().size()).max().orElseThrow()
        : 0;
  }

  /** Whether any of the linears needs the input's Hessian. */
  public boolean needsHessian() {
    return linears.stream()
        .anyMatch(l -> l.quantizer().calibrationNeed() == CalibrationNeed.HESSIAN);
  }
}
