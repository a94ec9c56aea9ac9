package dev.pbq.core.pipeline;

import java.util.List;
import java.util.stream.Stream;

/**
 * What happens in one decoder block.
 *
 * @param index the block
 * @param inputs its inputs that have selected linears; may be empty
 */
public record PlannedBlock(int index, List<PlannedInput> inputs) {
  public PlannedBlock {
    inputs = List.copyOf(inputs);
  }

  public Stream<PlannedLinear> linears() {
    return inputs.stream().flatMap(i -> i.linears().stream());
  }

  public boolean needsHessian() {
    return inputs.stream().anyMatch(PlannedInput::needsHessian);
  }
}
