package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.tensor.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Quantizes the planned linears of one round, one after the other. */
final class BlockQuantizer {
  private final LinearQuantizer quantizer;
  private final ProgressListener progress;

  BlockQuantizer(WeightSource weights, ProgressListener progress) {
    this.quantizer = new LinearQuantizer(weights);
    this.progress = progress;
  }

  /**
   * Quantizes a round.
   *
   * @param block index of the block
   * @param hessians by input name; each is closed as soon as its linears are done
   * @return results by linear name, in the block's order
   */
  Map<String, LinearQuantizer.Result> quantize(
      int block, PlannedRound round, Map<String, Hessian> hessians) {
    Map<String, LinearQuantizer.Result> results = new LinkedHashMap<>();
    for (PlannedInput input : round.inputs()) {
      Hessian hessian = hessians.get(input.input().name());
      try {
        for (PlannedLinear linear : input.linears()) {
          LinearQuantizer.Result result =
              quantizer.quantize(block, linear, Optional.ofNullable(hessian));
          results.put(linear.name(), result);
          progress.linearDone(result.outcome());
        }
      } finally {
        if (hessian != null) {
          hessian.close();
        }
      }
    }
    return results;
  }
}
