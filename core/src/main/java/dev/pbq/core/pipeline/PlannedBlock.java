package dev.pbq.core.pipeline;

import java.util.List;
import java.util.stream.Stream;

/**
 * The plan of one decoder block.
 *
 * @param index the block
 * @param rounds its inputs that have selected linears, round by round; may be empty
 */
public record PlannedBlock(int index, List<PlannedRound> rounds) {
  public PlannedBlock {
    rounds = List.copyOf(rounds);
  }

  /** The rounds, each in as many parts as its calibration takes passes of the windows. */
  List<PlannedRound> passes(HessianPasses parts) {
    return rounds.stream().flatMap(round -> parts.of(round).stream()).toList();
  }

  public Stream<PlannedInput> inputs() {
    return rounds.stream().flatMap(r -> r.inputs().stream());
  }

  public Stream<PlannedLinear> linears() {
    return inputs().flatMap(i -> i.linears().stream());
  }

  public boolean needsHessian() {
    return inputs().anyMatch(PlannedInput::needsHessian);
  }
}
