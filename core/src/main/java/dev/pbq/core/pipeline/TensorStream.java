package dev.pbq.core.pipeline;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A run without calibration: linears as a stream of tensors that are read, quantized, measured and
 * packed several at a time, whatever block they belong to, while finished blocks are written. No
 * model is in memory and nothing is run forward.
 *
 * <p>Tensors and the pieces into which a method cuts each of them share the calling thread's pool
 * ({@link Parallel}), so that there are never more threads at work than asked for. How many tensors
 * are in flight is bounded by their bytes. Results are taken in the plan's order: what is stored,
 * and which of several failures is reported, does not depend on chance.
 */
final class TensorStream {
  /**
   * Bytes per weight while a tensor is in flight: float32, codes, packed codes, and what methods
   * keep for every group.
   */
  static final int BYTES_PER_WEIGHT = 8;

  /** Bytes of all tensors in flight; one may be larger. One of the widest of a 7B model. */
  static final long MOST_BYTES = 512L << 20;

  /** The share of the heap that tensors in flight may take. */
  private static final int HEAP_SHARE = 3;

  private final WeightSource weights;
  private final BlockStore store;
  private final ProgressListener progress;
  private final boolean overlaps;
  private final long mostBytes;

  /** Finished linears in the plan's order. */
  interface Source extends AutoCloseable {
    BlockStore.Packed next();

    @Override
    void close();

    /** What an engine finishes; it is closed with this. */
    static Source of(LinearStream linears) {
      return new Source() {
        @Override
        public BlockStore.Packed next() {
          FinishedLinear finished = linears.next();
          return BlockStore.Packed.of(finished.linear(), finished.outcome());
        }

        @Override
        public void close() {
          linears.close();
        }
      };
    }
  }

  /** A tensor that has been started. */
  private record Started(Parallel.Fork<BlockStore.Packed> task, long bytes) {}

  /** A tensor of the plan, with the block that it belongs to. */
  private record Planned(int block, PlannedLinear linear) {
    long bytes() {
      return linear.weights() * BYTES_PER_WEIGHT;
    }
  }

  /**
   * @param memory says how many bytes of tensors may be in flight
   */
  TensorStream(
      WeightSource weights, BlockStore store, RunMemory memory, ProgressListener progress) {
    this.weights = weights;
    this.store = store;
    this.progress = progress;
    this.overlaps = memory.overlaps();
    this.mostBytes = Math.min(memory.streamBytes(), Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /** Quantizes and stores these blocks. */
  void run(List<PlannedBlock> blocks) {
    Iterator<Planned> planned =
        blocks.stream()
            .flatMap(block -> block.linears().map(linear -> new Planned(block.index(), linear)))
            .iterator();
    InFlight inFlight = new InFlight(new LinearQuantizer(weights), planned);
    store(blocks, inFlight, store, overlaps, progress);
  }

  /**
   * Stores what is computed for blocks, in order.
   *
   * @param linears of the blocks, packed; closed
   * @param overlaps whether the next block is computed while one is stored
   */
  static void store(
      List<PlannedBlock> blocks,
      Source linears,
      BlockStore store,
      boolean overlaps,
      ProgressListener progress) {
    try (linears;
        BackgroundStore background = new BackgroundStore(store, overlaps, progress)) {
      long start = System.nanoTime();
      for (PlannedBlock block : blocks) {
        progress.phase(block.index(), "quantizing");
        int count = Math.toIntExact(block.linears().count());
        List<BlockStore.Packed> packed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          BlockStore.Packed next = linears.next();
          packed.add(next);
          progress.linearDone(next.outcome());
        }
        long now = System.nanoTime();
        background.submit(block.index(), packed, (now - start) * 1e-9);
        start = now;
      }
    }
  }

  /**
   * The tensors that have been started and not yet taken, a queue in the plan's order whose bytes
   * are bounded. Used by the thread that runs the stream.
   */
  private final class InFlight implements Source {
    private final LinearQuantizer quantizer;
    private final Iterator<Planned> planned;
    private final Deque<Started> queue = new ArrayDeque<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** What is started next; null after the last. */
    private Planned upcoming;

    private long bytes;

    InFlight(LinearQuantizer quantizer, Iterator<Planned> planned) {
      this.quantizer = quantizer;
      this.planned = planned;
      this.upcoming = planned.hasNext() ? planned.next() : null;
    }

    /** Starts what fits, then waits for the first, taking part in the work. */
    @Override
    public BlockStore.Packed next() {
      while (upcoming != null && (queue.isEmpty() || bytes + upcoming.bytes() <= mostBytes)) {
        Planned started = upcoming;
        queue.add(new Started(Parallel.fork(() -> quantize(started)), started.bytes()));
        bytes += started.bytes();
        upcoming = planned.hasNext() ? planned.next() : null;
      }
      Started oldest = queue.element();
      for (Started tensor : queue) {
        if (oldest.task().isDone()) {
          break;
        }
        tensor.task().help();
      }
      BlockStore.Packed first = oldest.task().join();
      bytes -= queue.remove().bytes();
      return first;
    }

    private BlockStore.Packed quantize(Planned tensor) {
      if (cancelled.get()) {
        throw new IllegalStateException("the run has failed before");
      }
      FinishedLinear result = quantizer.quantize(tensor.block(), tensor.linear(), Optional.empty());
      return BlockStore.Packed.of(result.linear(), result.outcome());
    }

    /**
     * After a failure, starts no more work and waits for what has been started, as it reads a
     * checkpoint that will be closed.
     */
    @Override
    public void close() {
      cancelled.set(true);
      queue.forEach(tensor -> tensor.task().await());
    }
  }
}
