package dev.pbq.core.pipeline;

import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.quant.WorkingMemory;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The peak of a calibrated run's resident memory: goes through blocks and passes as the run does,
 * and counts what is held. Java's heap is counted as it grows: it keeps what it once took, and
 * holds as much again of what nobody uses any more before it is swept.
 */
final class MemoryEstimate {
  /**
   * Java, the engine and the tokenizer with their code and tables, before any weight and without
   * the heap; measured on Linux.
   */
  static final long BASE_BYTES = 480L << 20;

  /**
   * What the heap may grow to before it is swept for the first time, as {@code pbq} starts Java.
   */
  private static final long HEAP_START = 256L << 20;

  /** What is made before the first weight is read: small objects, tokens of texts. */
  private static final long MADE_BEFORE = 128L << 20;

  /** What the heap takes beyond what is in use: Java sweeps it when it is full. */
  private static final double HEAP_SHARE = 1.4;

  /** Bytes of a weight in the heap: as float32, and the same of what was lost of it. */
  private static final long MEASURED_BYTES = 2L * Float.BYTES;

  /** Bytes of a weight that pass through the heap on its way to the engine, twice for a block. */
  private static final long READ_BYTES = 4L * Float.BYTES;

  private final TransformerModel model;
  private final QuantizationPlan plan;
  private final RunMemory memory;
  private final LaneMemory lanes;
  private final int threads;

  private long made;
  private long heap;
  private long peak;

  private MemoryEstimate(
      TransformerModel model,
      QuantizationPlan plan,
      RunMemory memory,
      LaneMemory lanes,
      int threads) {
    this.model = model;
    this.plan = plan;
    this.memory = memory;
    this.lanes = lanes;
    this.threads = threads;
    this.made = MADE_BEFORE;
  }

  /**
   * Bytes of the heap, if so many were made in all, and so many of them are in use at once.
   *
   * @param made bytes, garbage among them
   */
  static long heap(long made, long inUse) {
    return Math.min(made, Math.max(HEAP_START, (long) (inUse * HEAP_SHARE)));
  }

  /**
   * Bytes at the peak.
   *
   * @param windows calibration windows, at least 1
   * @param tokens of each
   */
  static long of(
      TransformerModel model,
      QuantizationPlan plan,
      int windows,
      int tokens,
      int threads,
      RunMemory memory) {
    LaneMemory lanes = LaneMemory.of(model, plan, windows, tokens, memory.lanes(threads));
    return new MemoryEstimate(model, plan, memory, lanes, threads).run();
  }

  private long run() {
    int last =
        plan.blocks().stream()
            .filter(b -> !b.rounds().isEmpty())
            .mapToInt(PlannedBlock::index)
            .max()
            .orElse(0);
    long pending = 0;
    for (PlannedBlock block : plan.blocks()) {
      long weights = PlanEstimate.weights(model.linearInputs(block.index())) * Float.BYTES;
      long codes = 0;
      made += weights / Float.BYTES * READ_BYTES;
      for (PlannedRound pass : block.passes(memory.passes())) {
        long hessians = hessians(pass);
        if (hessians > 0) {
          reach(weights + hessians + lanes.arrayBytes() + lanes.shownBytes(pass), codes + pending);
        }
        quantize(pass, hessians, codes + pending);
        codes += linears(pass).mapToLong(PlannedLinear::weights).sum();
      }
      if (block.index() < last) {
        reach(weights + lanes.arrayBytes(), codes);
      }
      long packed = packedBytes(block);
      made += packed;
      reach(0, codes + packed);
      pending = memory.overlaps() ? codes + packed : 0;
    }
    return peak;
  }

  /** Notes what is held: outside of the heap, and in it. */
  private void reach(long outside, long inUse) {
    heap = Math.max(heap, heap(made, inUse));
    peak = Math.max(peak, BASE_BYTES + outside + heap);
  }

  /** One triangle of float64 each, another of held-out windows where variants are judged. */
  private static long hessians(PlannedRound pass) {
    long bytes = 0;
    for (PlannedInput input : pass.inputs()) {
      long n = input.input().features();
      bytes += input.needsHessian() ? (input.isChosen() ? 8 : 4) * n * n : 0;
    }
    return bytes;
  }

  private void quantize(PlannedRound pass, long hessians, long inUse) {
    List<WorkingMemory> largest =
        pass.inputs().stream()
            .map(MemoryEstimate::working)
            .sorted(Comparator.comparingLong(w -> -w.heap() - w.outside()))
            .limit(Math.min(threads, memory.inputs()))
            .toList();
    linears(pass).forEach(l -> made += l.weights() * MEASURED_BYTES + working(l).heap());
    reach(
        hessians + largest.stream().mapToLong(WorkingMemory::outside).sum(),
        inUse + largest.stream().mapToLong(WorkingMemory::heap).sum());
  }

  /** Of the linear of an input that takes most; variants keep a factor each. */
  private static WorkingMemory working(PlannedInput input) {
    long n = input.input().features();
    int variants = input.variants();
    long judged = variants > 0 ? (4L + 4L * variants) * n * n : 0;
    long heap = 0;
    long outside = 0;
    for (PlannedLinear linear : input.linears()) {
      WorkingMemory own = working(linear);
      heap = Math.max(heap, own.heap() + linear.weights() * MEASURED_BYTES);
      outside = Math.max(outside, own.outside());
    }
    return new WorkingMemory(heap, outside + judged);
  }

  private static WorkingMemory working(PlannedLinear linear) {
    return linear.quantizer().workingMemory(linear.rows(), linear.cols());
  }

  private static Stream<PlannedLinear> linears(PlannedRound pass) {
    return pass.inputs().stream().flatMap(input -> input.linears().stream());
  }

  /** Of a block, packed. */
  static long packedBytes(PlannedBlock block) {
    return block
            .linears()
            .mapToLong(l -> l.quantizer().estimateStoredBits(l.rows(), l.cols()))
            .sum()
        / 8;
  }
}
