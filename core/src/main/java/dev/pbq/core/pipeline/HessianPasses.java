package dev.pbq.core.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the calibration of a round into passes over the block's windows, so that the Hessians of all
 * its inputs, such as a mixture's experts, are not in memory at once. All passes see the same
 * block, so that what they find is what one pass finds.
 *
 * @param bytes of the Hessians of one pass; a single input may take more
 * @param everyInput whether any input begins another pass; otherwise only an expert's does, so that
 *     other blocks may take more
 */
record HessianPasses(long bytes, boolean everyInput) {
  /** The same inputs in the same order, in one part for each pass. */
  List<PlannedRound> of(PlannedRound round) {
    List<PlannedRound> passes = new ArrayList<>();
    List<PlannedInput> pass = new ArrayList<>();
    long held = 0;
    for (PlannedInput input : round.inputs()) {
      long more = bytes(input);
      if ((everyInput || input.input().routed()) && held > 0 && held + more > bytes) {
        passes.add(new PlannedRound(pass));
        pass.clear();
        held = 0;
      }
      pass.add(input);
      held += more;
    }
    passes.add(new PlannedRound(pass));
    return passes;
  }

  /** What accumulating an input's Hessian takes: one triangle of float64. */
  private static long bytes(PlannedInput input) {
    long n = input.input().features();
    return input.needsHessian() ? 4 * n * n : 0;
  }
}
