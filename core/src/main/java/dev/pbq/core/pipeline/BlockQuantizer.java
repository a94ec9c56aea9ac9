package dev.pbq.core.pipeline;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * Quantizes the planned linears of one round: those of an input one after the other, as they share
 * factors of its Hessian, and inputs side by side.
 */
final class BlockQuantizer {
  private final LinearQuantizer quantizer;
  private final int inputs;
  private final ProgressListener progress;

  /**
   * @param inputs that are quantized at a time, at most
   */
  BlockQuantizer(WeightSource weights, int inputs, ProgressListener progress) {
    this.quantizer = new LinearQuantizer(weights);
    this.inputs = inputs;
    this.progress = progress;
  }

  /**
   * Quantizes a round.
   *
   * @param block index of the block
   * @param statistics by input name; each is closed as soon as its linears are done
   * @return results by linear name, in the block's order
   */
  Map<String, FinishedLinear> quantize(
      int block, PlannedRound round, Map<String, InputStatistics> statistics) {
    List<PlannedInput> all = round.inputs();
    // The longest first, so that no thread is left with it at the end.
    int[] order =
        IntStream.range(0, all.size())
            .boxed()
            .sorted(Comparator.comparingLong((Integer i) -> -cost(all.get(i))))
            .mapToInt(Integer::intValue)
            .toArray();
    AtomicReferenceArray<List<FinishedLinear>> found = new AtomicReferenceArray<>(all.size());
    Parallel.inLanes(
        all.size(),
        inputs,
        i -> {
          PlannedInput input = all.get(order[i]);
          found.set(order[i], quantize(block, input, statistics.get(input.input().name())));
        });
    Map<String, FinishedLinear> results = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      for (FinishedLinear result : found.get(i)) {
        results.put(result.outcome().name(), result);
        progress.linearDone(result.outcome());
      }
    }
    return results;
  }

  private static long cost(PlannedInput input) {
    long weights = input.linears().stream().mapToLong(PlannedLinear::weights).sum();
    return weights * input.input().features();
  }

  /**
   * @param statistics null where nothing was calibrated
   */
  private List<FinishedLinear> quantize(int block, PlannedInput input, InputStatistics statistics) {
    // Null, as try-with-resources takes it.
    try (InputStatistics found = statistics;
        TargetWeights targets = targets(found);
        HeldOutChoice choice = choice(input, found)) {
      List<FinishedLinear> results = new ArrayList<>();
      for (PlannedLinear linear : input.linears()) {
        results.add(
            quantizer.quantize(
                block,
                linear,
                Optional.ofNullable(found).map(InputStatistics::hessian),
                Optional.ofNullable(targets),
                Optional.ofNullable(choice)));
      }
      return results;
    }
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
