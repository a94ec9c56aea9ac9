package dev.pbq.spark;

import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.pipeline.BlockPieces;
import dev.pbq.core.pipeline.PlannedInput;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.pipeline.PlannedRound;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A pass of a round, by names.
 *
 * @param block whose linears they are
 * @param inputs in the order in which the block computes them
 */
record PassPlan(int block, List<Input> inputs) implements Serializable {
  /** Bytes of a band, at most about: what a shuffle moves in one piece. */
  private static final double BAND_BYTES = 512 << 20;

  /**
   * An input.
   *
   * @param name of the input
   * @param linears that will be quantized, by name
   * @param features width of the input
   * @param calibrated whether any of the linears needs its Hessian
   * @param judged whether methods are judged on held-out windows
   * @param starts rows of the Hessian where each task's band begins, and at the end the width
   */
  record Input(
      String name,
      List<String> linears,
      int features,
      boolean calibrated,
      boolean judged,
      List<Integer> starts)
      implements Serializable {
    int bands() {
      return starts.size() - 1;
    }
  }

  /**
   * Plans a pass.
   *
   * @param windows all of the run
   * @param slots tasks that run at a time: so many bands together have all Hessians, each of about
   *     the same work
   */
  static PassPlan of(int block, PlannedRound pass, int windows, int slots) {
    double work = pass.inputs().stream().mapToDouble(PassPlan::work).sum();
    return new PassPlan(
        block,
        pass.inputs().stream()
            .map(input -> input(input, windows, bands(input, slots * work(input) / work)))
            .toList());
  }

  private static int bands(PlannedInput input, double share) {
    return (int) Math.max(Math.ceil(share), Math.ceil(4 * work(input) / BAND_BYTES));
  }

  private static double work(PlannedInput input) {
    double n = input.input().features();
    return n * n;
  }

  private static Input input(PlannedInput input, int windows, int most) {
    int features = input.input().features();
    return new Input(
        input.input().name(),
        input.linears().stream().map(PlannedLinear::name).toList(),
        features,
        input.needsHessian(),
        BlockPieces.isJudged(input, windows),
        Arrays.stream(HessianAccumulator.bands(features, most)).boxed().toList());
  }

  /** The last input that is calibrated; -1 if none is. */
  int last() {
    int last = -1;
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).calibrated()) {
        last = i;
      }
    }
    return last;
  }
}
