package dev.pbq.core.pipeline;

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
   * @param statistics by input name; each is closed as soon as its linears are done
   * @return results by linear name, in the block's order
   */
  Map<String, LinearQuantizer.Result> quantize(
      int block, PlannedRound round, Map<String, InputStatistics> statistics) {
    Map<String, LinearQuantizer.Result> results = new LinkedHashMap<>();
    for (PlannedInput input : round.inputs()) {
      // Null, as try-with-resources takes it, where nothing was calibrated.
      try (InputStatistics found = statistics.get(input.input().name());
          TargetWeights targets = targets(found);
          HeldOutChoice choice = choice(input, found)) {
        for (PlannedLinear linear : input.linears()) {
          LinearQuantizer.Result result =
              quantizer.quantize(
                  block,
                  linear,
                  Optional.ofNullable(found).map(InputStatistics::hessian),
                  Optional.ofNullable(targets),
                  Optional.ofNullable(choice));
          results.put(linear.name(), result);
          progress.linearDone(result.outcome());
        }
      }
    }
    return results;
  }

  private static HeldOutChoice choice(PlannedInput input, InputStatistics found) {
    return found == null || !input.isChosen() || found.heldOut().isEmpty()
        ? null
        : new HeldOutChoice(found.hessian(), found.heldOut().get());
  }

  private static TargetWeights targets(InputStatistics found) {
    return found == null || found.drift().isEmpty()
        ? null
        : new TargetWeights(found.hessian(), found.drift().get());
  }
}
