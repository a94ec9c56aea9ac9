package dev.pbq.core.pipeline;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.quant.WorkingMemory;
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
 * @param work of forward passes, Hessians, factors and error compensation
 * @param memory how much is in memory at once
 */
public record PlanEstimate(
    long outputBytes, long workBytes, long memoryBytes, RunWork work, RunMemory memory) {
  /**
   * Java before any weight and without the heap, in a run without calibration, which starts no
   * engine.
   */
  private static final long BASE_BYTES_WITHOUT_ENGINE = 110L << 20;

  /** Small objects, which make the heap grow whatever a run quantizes. */
  private static final long SMALL_OBJECTS = 64L << 20;

  /** The engine's own buffers while a block is trained: an upper estimate. */
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
   * @param memory how much is in memory at once
   */
  public static PlanEstimate of(
      TransformerModel model,
      QuantizationPlan plan,
      long otherBytes,
      int windows,
      int tokens,
      int threads,
      RunMemory memory) {
    long packed = (plan.estimatedStoredBits() + plan.estimatedTableBits()) / 8;
    long output = packed + otherBytes;
    boolean calibrated = plan.needsCalibration() && windows > 0;
    long activations = calibrated ? 4L * windows * tokens * model.hiddenSize() : 0;
    double allTokens = (double) windows * tokens;
    RunWork work = calibrated ? work(model, plan, windows, tokens, memory) : RunWork.NONE;
    long bytes = BASE_BYTES_WITHOUT_ENGINE + SMALL_OBJECTS + tableBytes(plan);
    for (PlannedTable head : plan.tables()) {
      if (head.needsHessian()) {
        long n = head.table().cols();
        long own = 16 * n * n + head.weights() * Float.BYTES;
        bytes = Math.max(bytes, MemoryEstimate.BASE_BYTES + own + tableBytes(plan));
        work = work.plus(new RunWork(0, allTokens * n * n, 0, 5.0 * head.weights() * n));
      }
    }
    if (calibrated) {
      bytes = Math.max(bytes, MemoryEstimate.of(model, plan, windows, tokens, threads, memory));
    }
    if (!calibrated || !plan.calibratesLinears()) {
      bytes = Math.max(bytes, BASE_BYTES_WITHOUT_ENGINE + streamBytes(plan, threads, memory));
    }
    return new PlanEstimate(output, 2 * activations + output + packed, bytes, work, memory);
  }

  /** Linears and a head are calibrated in passes of their own. */
  private static RunWork work(
      TransformerModel model, QuantizationPlan plan, int windows, int tokens, RunMemory memory) {
    double allTokens = (double) windows * tokens;
    long heads = plan.tables().stream().filter(PlannedTable::needsHessian).count();
    long walks = (plan.calibratesLinears() ? 1 : 0) + heads;
    RunWork work = RunWork.NONE;
    for (PlannedBlock block : plan.blocks()) {
      List<LinearInput> all = model.linearInputs(block.index());
      work = work.plusForward(walks * allTokens * passOperations(model, all, tokens));
      for (PlannedRound pass : block.passes(memory.passes())) {
        if (pass.lastCalibrated().isPresent()) {
          Set<LinearInput> own =
              pass.inputs().stream().map(PlannedInput::input).collect(Collectors.toSet());
          List<LinearInput> before =
              all.subList(0, all.indexOf(pass.lastCalibrated().get())).stream()
                  .filter(input -> !input.routed() || own.contains(input))
                  .toList();
          work = work.plusForward(allTokens * passOperations(model, before, tokens));
        }
        for (PlannedInput input : pass.inputs()) {
          if (input.needsHessian()) {
            double n = input.input().features();
            double tried = 1 + input.variants();
            double spread = input.linears().stream().mapToDouble(l -> 5.0 * l.weights() * n).sum();
            work =
                work.plus(
                    new RunWork(0, allTokens * n * n, tried * 2.0 / 3 * n * n * n, tried * spread));
          }
        }
      }
    }
    return work;
  }

  /** The same run with block-wise error correction. */
  public PlanEstimate plus(CorrectionEstimate correction) {
    return new PlanEstimate(
        outputBytes,
        workBytes + correction.scratchBytes(),
        Math.max(memoryBytes, MemoryEstimate.BASE_BYTES + ENGINE_BYTES + correction.memoryBytes()),
        work.plusForward(correction.floatingPointOperations()),
        memory);
  }

  /** The same run with targets that see the error so far. */
  public PlanEstimate plus(TargetsEstimate targets) {
    return new PlanEstimate(
        outputBytes,
        workBytes + targets.scratchBytes(),
        memoryBytes + targets.memoryBytes(),
        work.plusForward(targets.floatingPointOperations()),
        memory);
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

  /**
   * Tensors that threads work on, and two packed blocks: one is gathered while the other is
   * written. All of it is in the heap.
   */
  private static long streamBytes(QuantizationPlan plan, int threads, RunMemory memory) {
    long largest = plan.linears().mapToLong(PlannedLinear::weights).max().orElse(0);
    // One may always be in flight, others while they fit.
    long started =
        Math.max(1, memory.streamBytes() / Math.max(1, largest * TensorStream.BYTES_PER_WEIGHT));
    long inFlight = Math.min(started, threads) * largestBytes(plan);
    long blocks =
        plan.blocks().stream().filter(block -> block.linears().findAny().isPresent()).count();
    long packed =
        plan.blocks().stream().mapToLong(MemoryEstimate::packedBytes).max().orElse(0)
            * Math.min(blocks, memory.overlaps() ? 2 : 1);
    long made =
        SMALL_OBJECTS
            + plan.weights() * TensorStream.BYTES_PER_WEIGHT
            + plan.estimatedStoredBits() / 8;
    return MemoryEstimate.heap(made, inFlight + packed);
  }

  /** The most that a linear takes while it is quantized, its weights as float32 among it. */
  private static long largestBytes(QuantizationPlan plan) {
    return plan.linears()
        .mapToLong(
            linear -> {
              WorkingMemory own = linear.quantizer().workingMemory(linear.rows(), linear.cols());
              return linear.weights() * Float.BYTES + own.heap() + own.outside();
            })
        .max()
        .orElse(0);
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

  /** Arithmetic of all kinds. */
  public double floatingPointOperations() {
    return work.total();
  }

  /** Seconds on a machine with this many threads, if its cores are as fast as those measured. */
  public double seconds(int threads) {
    return seconds(work.forward(), memory.lanes(threads))
        + seconds(work.total() - work.forward(), threads);
  }

  static double seconds(double operations, int threads) {
    return operations / (CORE_RATE * threads);
  }
}
