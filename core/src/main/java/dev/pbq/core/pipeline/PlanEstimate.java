package dev.pbq.core.pipeline;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An estimate of the memory, disk and time of a run, from shapes alone.
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

  /** The same of a run without calibration, which starts no engine. */
  private static final long BASE_BYTES_WITHOUT_ENGINE = BASE_BYTES / 3;

  /** Memory that is added for the engine's own buffers during a pass: an upper estimate. */
  private static final long ENGINE_BYTES = 512L << 20;

  /** Arithmetic per core and second that large matrix products reach, in operations. */
  private static final double CORE_RATE = 70e9;

  /**
   * Estimates a run.
   *
   * @param otherBytes stored bytes of the tensors that stay as they are
   * @param windows calibration windows; 0 without calibration
   * @param tokens tokens of each
   * @param threads that work side by side
   */
  public static PlanEstimate of(
      TransformerModel model,
      QuantizationPlan plan,
      long otherBytes,
      int windows,
      int tokens,
      int threads) {
    long packed = (plan.estimatedStoredBits() + plan.estimatedTableBits()) / 8;
    long output = packed + otherBytes;
    boolean calibrated = plan.needsCalibration() && windows > 0;
    long activations = calibrated ? 4L * windows * tokens * model.hiddenSize() : 0;
    long largestLinear =
        plan.linears().mapToLong(PlannedLinear::weights).max().orElse(0) * Float.BYTES;

    long blockBytes = 0;
    long hessians = 0;
    long largestInput = 0;
    double operations = 0;
    double allTokens = (double) windows * tokens;
    List<PlannedTable> heads = plan.tables().stream().filter(PlannedTable::needsHessian).toList();
    // Linears and a head are calibrated in passes of their own.
    int walks = (plan.calibratesLinears() ? 1 : 0) + heads.size();
    for (PlannedBlock block : plan.blocks()) {
      List<LinearInput> all = model.linearInputs(block.index());
      blockBytes = Math.max(blockBytes, weights(all) * Float.BYTES);
      largestInput =
          Math.max(largestInput, all.stream().mapToLong(LinearInput::features).max().orElseThrow());
      if (!calibrated) {
        continue;
      }
      operations += walks * allTokens * passOperations(model, all, tokens);
      for (PlannedRound pass : block.passes()) {
        if (pass.lastCalibrated().isPresent()) {
          Set<LinearInput> own =
              pass.inputs().stream().map(PlannedInput::input).collect(Collectors.toSet());
          List<LinearInput> before =
              all.subList(0, all.indexOf(pass.lastCalibrated().get())).stream()
                  .filter(input -> !input.routed() || own.contains(input))
                  .toList();
          operations += allTokens * passOperations(model, before, tokens);
        }
        long held = 0;
        for (PlannedInput input : pass.inputs()) {
          if (input.needsHessian()) {
            long n = input.input().features();
            int variants = input.variants();
            // Two more Hessians where variants are judged, and a factor for each.
            held += 8 * n * n + (variants > 0 ? 8 + 4 * variants : 0) * n * n;
            double quantizing = 2.0 / 3 * n * n * n;
            quantizing += input.linears().stream().mapToDouble(l -> 5.0 * l.weights() * n).sum();
            operations += allTokens * n * n + (1 + variants) * quantizing;
          }
        }
        hessians = Math.max(hessians, held);
      }
    }
    long headBytes = 0;
    for (PlannedTable head : heads) {
      long n = head.table().cols();
      headBytes = Math.max(headBytes, 16 * n * n + head.weights() * Float.BYTES);
      operations += allTokens * n * n + 5.0 * head.weights() * n;
    }
    long memory;
    if (calibrated) {
      LaneMemory lanes = LaneMemory.of(model, plan, windows, tokens, threads);
      long forward = blockBytes + lanes.passBytes() + ENGINE_BYTES;
      long quantizing =
          8 * largestInput * largestInput
              + 4 * largestLinear
              + blockBytes / 4
              + lanes.quantizingBytes();
      memory = BASE_BYTES + hessians + Math.max(forward, quantizing);
      memory = Math.max(memory, heads.isEmpty() ? 0 : BASE_BYTES + headBytes + tableBytes(plan));
    } else {
      memory = BASE_BYTES_WITHOUT_ENGINE + streamBytes(plan);
    }
    memory = Math.max(memory, BASE_BYTES_WITHOUT_ENGINE + tableBytes(plan));
    return new PlanEstimate(output, 2 * activations + output + packed, memory, operations);
  }

  /** The same run with block-wise error correction. */
  public PlanEstimate plus(CorrectionEstimate correction) {
    return new PlanEstimate(
        outputBytes,
        workBytes + correction.scratchBytes(),
        Math.max(memoryBytes, BASE_BYTES + ENGINE_BYTES + correction.memoryBytes()),
        floatingPointOperations + correction.floatingPointOperations());
  }

  /** The same run with targets that see the error so far. */
  public PlanEstimate plus(TargetsEstimate targets) {
    return new PlanEstimate(
        outputBytes,
        workBytes + targets.scratchBytes(),
        memoryBytes + targets.memoryBytes(),
        floatingPointOperations + targets.floatingPointOperations());
  }

  /**
   * Refuses to start what the disk cannot hold.
   *
   * @param output the directory to be made; the free space of the nearest directory above it counts
   * @throws PbqException RESOURCES if less than {@link #workBytes()} is free, or the free space
   *     cannot be found out
   */
  public void requireDisk(Path output) {
    Path existing = output.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      if (free < workBytes) {
        throw new PbqException(
            PbqException.Kind.RESOURCES,
            "not enough disk space for "
                + output
                + ": about "
                + Amounts.bytes(workBytes)
                + " needed, "
                + Amounts.bytes(free)
                + " free");
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot tell the free space of " + existing, e);
    }
  }

  /** One table in float32 with its codes, and all of them packed. */
  private static long tableBytes(QuantizationPlan plan) {
    long largest = plan.tables().stream().mapToLong(PlannedTable::weights).max().orElse(0);
    return largest * TensorStream.BYTES_PER_WEIGHT + plan.estimatedTableBits() / 8;
  }

  /** Tensors in flight, and two packed blocks: one is gathered while the other is written. */
  private static long streamBytes(QuantizationPlan plan) {
    long largest = plan.linears().mapToLong(PlannedLinear::weights).max().orElse(0);
    long all = plan.weights() * TensorStream.BYTES_PER_WEIGHT;
    long inFlight =
        Math.max(largest * TensorStream.BYTES_PER_WEIGHT, Math.min(all, TensorStream.MOST_BYTES));
    long packedBits =
        plan.blocks().stream()
            .mapToLong(
                block ->
                    block
                        .linears()
                        .mapToLong(l -> l.quantizer().estimateStoredBits(l.rows(), l.cols()))
                        .sum())
            .max()
            .orElseThrow();
    return inFlight + 2 * packedBits / 8;
  }

  /** Weights of the linears that read these inputs. */
  static long weights(List<LinearInput> inputs) {
    long weights = 0;
    for (LinearInput input : inputs) {
      weights += input.linears().stream().mapToLong(Linear::weights).sum();
    }
    return weights;
  }

  /**
   * Operations per token of a pass through the first of a block's inputs; attention scores follow
   * the very first.
   */
  static double passOperations(TransformerModel model, List<LinearInput> first, int tokens) {
    double attention = first.isEmpty() ? 0 : 4.0 * tokens * model.hiddenSize();
    return 2.0 * weights(first) + attention;
  }

  /** Seconds on a machine with this many threads, if its cores are as fast as those measured. */
  public double seconds(int threads) {
    return seconds(floatingPointOperations, threads);
  }

  static double seconds(double operations, int threads) {
    return operations / (CORE_RATE * threads);
  }
}
