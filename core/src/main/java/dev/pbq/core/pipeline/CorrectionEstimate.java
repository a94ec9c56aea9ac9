package dev.pbq.core.pipeline;

import dev.pbq.core.Amounts;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import java.util.List;
import java.util.Locale;

/**
 * What block-wise error correction takes, from shapes alone.
 *
 * @param memoryBytes of the block that is trained, its gradients and moments, and the intermediate
 *     results of one window
 * @param scratchBytes of the unquantized model's hidden states on the disk
 * @param floatingPointOperations of forward and backward passes
 */
public record CorrectionEstimate(
    long memoryBytes, long scratchBytes, double floatingPointOperations) {
  /** Float32 values for each trained weight: two gradients, two moments, the value, the start. */
  private static final int VALUES_PER_WEIGHT = 6;

  /** Recorded operations keep about this many arrays for each input or output of a linear. */
  private static final int ARRAYS_KEPT = 3;

  /** A head is taken to be so wide. */
  private static final int HEAD = 64;

  /** Forward, and twice as much backward. */
  private static final int PASSES_OF_A_STEP = 3;

  /** What is done and what it takes, for people. */
  public String describe(CorrectionSettings settings) {
    return String.format(
        Locale.ROOT,
        "after each input what is left of a block is trained, %d epochs at %s; that takes about %s",
        settings.epochs(),
        settings.learningRate(),
        Amounts.bytes(memoryBytes));
  }

  /** Estimates a run. */
  public static CorrectionEstimate of(
      TransformerModel model,
      QuantizationPlan plan,
      int windows,
      int tokens,
      CorrectionSettings settings) {
    long memory = 0;
    double operations = 0;
    for (PlannedBlock block : plan.blocks()) {
      List<LinearInput> inputs = model.linearInputs(block.index());
      long weights = 0;
      long values = 0;
      for (LinearInput input : inputs) {
        weights += input.linears().stream().mapToLong(Linear::weights).sum();
        values += input.features() + input.linears().stream().mapToLong(Linear::rows).sum();
      }
      long scores = (long) Math.max(1, model.hiddenSize() / HEAD) * tokens * tokens;
      double pass = (double) windows * tokens * (2.0 * weights + 4.0 * tokens * model.hiddenSize());
      operations += pass;
      long left = block.linears().mapToLong(PlannedLinear::weights).sum();
      for (PlannedRound round : block.rounds()) {
        left -=
            round.inputs().stream()
                .flatMap(input -> input.linears().stream())
                .mapToLong(PlannedLinear::weights)
                .sum();
        operations += pass * (left == 0 ? 1 : 2 + PASSES_OF_A_STEP * settings.epochs());
        memory =
            Math.max(
                memory,
                Float.BYTES
                    * (weights
                        + VALUES_PER_WEIGHT * left
                        + ARRAYS_KEPT * (values * tokens + scores)));
      }
    }
    return new CorrectionEstimate(
        memory, 2L * Float.BYTES * windows * tokens * model.hiddenSize(), operations);
  }
}
