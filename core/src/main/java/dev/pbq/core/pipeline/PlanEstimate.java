package dev.pbq.core.pipeline;

import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.LinearInput;

/**
 * What a run will take, from shapes alone.
 *
 * @param outputBytes weight files of the result
 * @param workBytes disk used while running, the result included
 * @param memoryBytes peak resident memory
 * @param floatingPointOperations of forward passes, Hessians, factors and error compensation
 */
public record PlanEstimate(
    long outputBytes, long workBytes, long memoryBytes, double floatingPointOperations) {
  /** Java, the engines and their code, before any weight. Measured on Linux. */
  private static final long BASE_BYTES = 900L << 20;

  /** Arithmetic per core and second that large matrix products reach, in operations. */
  private static final double CORE_RATE = 70e9;

  /**
   * Estimates a run.
   *
   * @param otherBytes stored bytes of the tensors that stay as they are
   * @param windows calibration windows; 0 without calibration
   * @param tokens tokens of each
   */
  public static PlanEstimate of(
      CausalModel model, QuantizationPlan plan, long otherBytes, int windows, int tokens) {
    long output = plan.estimatedStoredBits() / 8 + otherBytes;
    boolean calibrated = plan.needsCalibration() && windows > 0;
    long activations = calibrated ? 4L * windows * tokens * model.hiddenSize() : 0;
    long largestLinear =
        plan.linears().mapToLong(PlannedLinear::weights).max().orElseThrow() * Float.BYTES;

    long blockBytes = 0;
    long hessians = 0;
    long largestInput = 0;
    double operations = 0;
    for (int b = 0; b < model.blocks(); b++) {
      long weights = 0;
      long blockHessians = 0;
      for (LinearInput input : model.linearInputs(b)) {
        long n = input.features();
        for (String linear : input.linears()) {
          int[] shape = model.linearShape(linear);
          weights += (long) shape[0] * shape[1];
        }
        blockHessians += 8 * n * n;
        largestInput = Math.max(largestInput, n);
      }
      blockBytes = Math.max(blockBytes, weights * Float.BYTES);
      hessians = Math.max(hessians, blockHessians);
      if (calibrated) {
        double allTokens = (double) windows * tokens;
        // Two passes over the block, each with its products and its attention scores.
        operations += 2 * allTokens * (2.0 * weights + 4.0 * tokens * model.hiddenSize());
      }
    }
    for (PlannedBlock block : plan.blocks()) {
      for (PlannedInput input : block.inputs()) {
        double n = input.input().features();
        if (calibrated && input.needsHessian()) {
          operations += (double) windows * tokens * n * n + 2.0 / 3 * n * n * n;
          for (PlannedLinear linear : input.linears()) {
            operations += 5.0 * linear.rows() * n * n;
          }
        }
      }
    }
    long memory;
    if (calibrated) {
      long forward = blockBytes + 12L * tokens * model.hiddenSize() * Float.BYTES + (512L << 20);
      long quantizing = 8 * largestInput * largestInput + 4 * largestLinear + blockBytes / 4;
      memory = BASE_BYTES + hessians + Math.max(forward, quantizing);
    } else {
      memory = BASE_BYTES / 3 + 4 * largestLinear + blockBytes / 4;
    }
    return new PlanEstimate(
        output, 2 * activations + output + plan.estimatedStoredBits() / 8, memory, operations);
  }

  /** Seconds on a machine with this many threads, if its cores are as fast as those measured. */
  public double seconds(int threads) {
    return floatingPointOperations / (CORE_RATE * threads);
  }
}
