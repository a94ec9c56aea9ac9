package dev.pbq.core.pipeline;

import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * What working side by side adds to a calibrated run's memory: an upper estimate.
 *
 * @param passBytes of a pass through a block: arrays of every thread's piece of windows ({@link
 *     WindowLanes}), and the inputs that are gathered for their Hessians ({@link GatheredBatch})
 * @param quantizingBytes of the inputs that are quantized beside the largest ({@link
 *     BlockQuantizer}): a factor and a linear's working arrays
 */
record LaneMemory(long passBytes, long quantizingBytes) {
  /**
   * Arrays [tokens, hidden size] that a pass through a block is taken to hold: an upper estimate.
   */
  private static final long ARRAYS_OF_A_PASS = 12;

  /**
   * Estimates.
   *
   * @param windows calibration windows, at least 1
   * @param tokens of each
   * @param threads of the run
   */
  static LaneMemory of(
      TransformerModel model, QuantizationPlan plan, int windows, int tokens, int threads) {
    HiddenStates states = HiddenStates.of(windows, tokens, model.hiddenSize());
    boolean routed =
        plan.blocks().stream()
            .flatMap(b -> model.linearInputs(b.index()).stream())
            .anyMatch(LinearInput::routed);
    int piece = routed ? states.batch() : states.piece();
    int group = WindowLanes.group(states, piece, threads);
    long lanes = Math.min(threads, Parallel.ranges(Math.min(group, windows), piece));
    long gathered = 0;
    long beside = 0;
    for (PlannedBlock block : plan.blocks()) {
      for (PlannedRound pass : block.passes()) {
        List<PlannedInput> inputs =
            pass.inputs().stream().filter(PlannedInput::needsHessian).toList();
        long features = inputs.stream().mapToLong(i -> i.input().features()).sum();
        gathered = Math.max(gathered, features);
        beside = Math.max(beside, besideTheLargest(inputs, threads));
      }
    }
    long arrays = lanes * piece * ARRAYS_OF_A_PASS * model.hiddenSize();
    long shown = Math.min(group, windows) * gathered;
    return new LaneMemory((arrays + shown) * tokens * Float.BYTES, beside);
  }

  private static long besideTheLargest(List<PlannedInput> inputs, int threads) {
    long[] ascending = inputs.stream().mapToLong(LaneMemory::quantizingBytes).sorted().toArray();
    int lanes = Math.min(Math.min(threads, BlockQuantizer.MOST_INPUTS), ascending.length);
    long sum = 0;
    for (int i = 2; i <= lanes; i++) {
      sum += ascending[ascending.length - i];
    }
    return sum;
  }

  private static long quantizingBytes(PlannedInput input) {
    long n = input.input().features();
    long largest = input.linears().stream().mapToLong(PlannedLinear::weights).max().orElse(0);
    return 8 * n * n + 4 * largest * Float.BYTES;
  }
}
