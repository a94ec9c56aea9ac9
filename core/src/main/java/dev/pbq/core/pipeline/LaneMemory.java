package dev.pbq.core.pipeline;

import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * What windows take while they run through a block side by side ({@link WindowLanes}): an upper
 * estimate.
 *
 * @param arrayBytes arrays of the pieces that run at the same time
 * @param shownTokens tokens whose inputs are gathered for Hessians ({@link GatheredBatch})
 */
record LaneMemory(long arrayBytes, long shownTokens) {
  /** Arrays [tokens, hidden size] that a pass through a block is taken to hold. */
  private static final long HIDDEN_ARRAYS = 12;

  /** Arrays [tokens, rows of the widest linear], such as gates, factors and their products. */
  private static final long WIDE_ARRAYS = 3;

  /** Attention scores of a piece, and what products copy. */
  private static final long SCRATCH_BYTES = 32L << 20;

  /**
   * Estimates.
   *
   * @param windows calibration windows, at least 1
   * @param tokens of each
   * @param lanes pieces that run side by side at most
   */
  static LaneMemory of(
      TransformerModel model, QuantizationPlan plan, int windows, int tokens, int lanes) {
    HiddenStates states = HiddenStates.of(windows, tokens, model.hiddenSize());
    List<LinearInput> inputs =
        plan.blocks().stream().flatMap(b -> model.linearInputs(b.index()).stream()).toList();
    boolean routed = inputs.stream().anyMatch(LinearInput::routed);
    long widest =
        inputs.stream()
            .flatMap(input -> input.linears().stream())
            .mapToLong(Linear::rows)
            .max()
            .orElseThrow();
    int piece = routed ? states.batch() : states.piece();
    int group = Math.min(windows, WindowLanes.group(states, piece, lanes));
    long running = Math.min(lanes, Parallel.ranges(group, piece));
    long values = HIDDEN_ARRAYS * model.hiddenSize() + WIDE_ARRAYS * widest;
    return new LaneMemory(
        running * (values * piece * tokens * Float.BYTES + SCRATCH_BYTES), (long) group * tokens);
  }

  /** The inputs that a pass gathers. */
  long shownBytes(PlannedRound pass) {
    long features =
        pass.inputs().stream()
            .filter(PlannedInput::needsHessian)
            .mapToLong(input -> input.input().features())
            .sum();
    return features * shownTokens * Float.BYTES;
  }
}
