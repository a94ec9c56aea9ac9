package dev.pbq.core.pipeline;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import java.util.List;
import java.util.Locale;

/**
 * What {@link Targets#QUANTIZED} takes beside the same run with targets of the original weights,
 * from shapes alone.
 *
 * @param memoryBytes of a second block, of moments (of all windows, and of those held out), of two
 *     factors and of a changed weight
 * @param scratchBytes of the unquantized model's hidden states on the disk
 * @param floatingPointOperations of the unquantized model's passes, of moments and of solutions
 */
public record TargetsEstimate(long memoryBytes, long scratchBytes, double floatingPointOperations) {
  /** Float64 matrices [cols, cols]: two moments, two factors, half a Hessian. */
  private static final long SQUARE_BYTES = 4 * Double.BYTES + Double.BYTES / 2;

  /** For each weight of the widest linear: two moments of the residual stream, and the change. */
  private static final long WEIGHT_BYTES = 2 * Double.BYTES + Float.BYTES;

  /** What it takes, for people. */
  public String describe(int threads) {
    return String.format(
        Locale.ROOT,
        "the quantized model's, from two streams of windows: about %s of the memory, %s of the disk"
            + " and %s of the time",
        Amounts.bytes(memoryBytes),
        Amounts.bytes(scratchBytes),
        Amounts.duration(PlanEstimate.seconds(floatingPointOperations, threads)));
  }

  /**
   * Estimates a run.
   *
   * @param windows calibration windows
   * @param tokens tokens of each
   * @throws PbqException USAGE if there are fewer than two windows
   */
  public static TargetsEstimate of(
      TransformerModel model, QuantizationPlan plan, int windows, int tokens) {
    double share = 1 + (double) new HeldOut(windows).count() / windows;
    double allTokens = (double) windows * tokens;
    long statistics = 0;
    long largestBlock = 0;
    double operations = 0;
    for (PlannedBlock block : plan.blocks()) {
      List<LinearInput> all = model.linearInputs(block.index());
      largestBlock = Math.max(largestBlock, PlanEstimate.weights(all) * Float.BYTES);
      operations += allTokens * PlanEstimate.passOperations(model, all, tokens);
      for (PlannedInput planned : (Iterable<PlannedInput>) block.inputs()::iterator) {
        LinearInput input = planned.input();
        if (!planned.needsHessian() || input.routed()) {
          continue;
        }
        double n = input.features();
        long widest = input.linears().stream().mapToLong(Linear::weights).max().orElseThrow();
        statistics =
            Math.max(
                statistics,
                SQUARE_BYTES * input.features() * input.features() + WEIGHT_BYTES * widest);
        operations +=
            allTokens
                * PlanEstimate.passOperations(model, all.subList(0, all.indexOf(input)), tokens);
        // Moments with the inputs, and for one linear at most with the residual stream.
        operations += allTokens * share * (2 * n * n + 2.0 * model.hiddenSize() * n);
        operations += 2 * n * n * n / 3;
        // Two right-hand sides of two or one products, two solutions, one product for judging.
        operations += planned.linears().stream().mapToDouble(l -> 12.0 * l.weights() * n).sum();
      }
    }
    return new TargetsEstimate(
        statistics + largestBlock,
        2L * Float.BYTES * windows * tokens * model.hiddenSize(),
        operations);
  }
}
