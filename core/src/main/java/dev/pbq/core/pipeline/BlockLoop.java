package dev.pbq.core.pipeline;

import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of a calibrated run, one after the other: round by round Hessians and quantization,
 * (and correction, if asked for), then the next block's inputs from the quantized block, a packed
 * shard, a line in the journal. Packing and writing go on beside the next block's calibration, and
 * end before that block gives its outputs to the windows. Who holds those is a {@link BlockRunner}.
 */
final class BlockLoop {
  private final WeightSource original;
  private final RunMemory memory;
  private final BlockStore store;
  private final ProgressListener progress;
  private final int lastPlanned;

  BlockLoop(
      WeightSource original,
      QuantizationPlan plan,
      RunMemory memory,
      BlockStore store,
      ProgressListener progress) {
    this.original = original;
    this.memory = memory;
    this.store = store;
    this.progress = progress;
    this.lastPlanned =
        plan.blocks().stream()
            .filter(b -> !b.rounds().isEmpty())
            .mapToInt(PlannedBlock::index)
            .max()
            .orElseThrow();
  }

  /**
   * Runs blocks whose predecessors, if any, are stored already.
   *
   * @param blocks the last ones of the plan
   * @param runner lent
   */
  void run(List<PlannedBlock> blocks, BlockRunner runner) {
    try (BackgroundStore background = new BackgroundStore(store, memory.overlaps(), progress)) {
      if (blocks.get(0).index() <= lastPlanned) {
        runner.enter(blocks.get(0).index());
      }
      for (PlannedBlock block : blocks) {
        long start = System.nanoTime();
        int i = block.index();
        PartialBlock partial = new PartialBlock(original);
        List<CorrectionOutcome> corrections = new ArrayList<>();
        if (i <= lastPlanned) {
          runner.begin(i, background::await);
        }
        for (PlannedRound round : block.rounds()) {
          Map<String, FinishedLinear> results = new LinkedHashMap<>();
          for (PlannedRound pass : memory.passes().of(round)) {
            results.putAll(runner.quantize(i, pass, partial));
          }
          partial.quantized(results);
          runner.correct(block, round, partial).ifPresent(corrections::add);
        }
        if (i < lastPlanned) {
          progress.phase(i, "propagating");
          background.await();
          runner.propagate(i, partial);
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        background.submit(i, partial.results(), corrections, seconds);
      }
    }
  }
}
