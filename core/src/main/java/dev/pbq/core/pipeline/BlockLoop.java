package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.tensor.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The blocks of a calibrated run, one after the other: round by round Hessians and quantization,
 * (and correction, if asked for), then the next block's inputs from the quantized block, a packed
 * shard, a line in the journal. Inputs of even blocks live in one scratch file and of odd blocks in
 * another, so that a block that is cut off still finds its own inputs untouched. Packing and
 * writing go on beside the next block's calibration, and end before that block writes to a scratch
 * file.
 */
final class BlockLoop {
  private final Checkpoint original;
  private final CausalModel model;
  private final Calibration data;
  private final Optional<BlockCorrection> correction;
  private final Targets targets;
  private final RunMemory memory;
  private final Path work;
  private final BlockStore store;
  private final ProgressListener progress;
  private final int lastPlanned;

  BlockLoop(
      Checkpoint original,
      CausalModel model,
      QuantizationPlan plan,
      Calibration data,
      Optional<BlockCorrection> correction,
      RunMemory memory,
      Path work,
      BlockStore store,
      ProgressListener progress) {
    this.original = original;
    this.model = model;
    this.data = data;
    this.correction = correction;
    this.targets = plan.targets();
    this.memory = memory;
    if (targets == Targets.QUANTIZED) {
      RoundCalibrator.requireFit(plan, data.windows().length);
    }
    this.work = work;
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
   * @param stored the original with the embedding as it is stored, which the first block's inputs
   *     come from
   */
  void run(List<PlannedBlock> blocks, WeightSource stored, Supplier<NDManager> engine) {
    HiddenStates states = HiddenStates.of(data.windows().length, data.tokens(), model.hiddenSize());
    BlockCalibrator calibrator = new BlockCalibrator(model, states, memory, progress);
    try (OriginalStream unquantized = originalStream(states, calibrator);
        NDManager manager = engine.get();
        ActivationFile even =
            ActivationFile.open(
                work.resolve(BlockStore.SCRATCH + "even.f32"), states.windowValues());
        ActivationFile odd =
            ActivationFile.open(
                work.resolve(BlockStore.SCRATCH + "odd.f32"), states.windowValues());
        BackgroundStore background = new BackgroundStore(store, memory.overlaps(), progress)) {
      if (blocks.get(0).index() == 0) {
        WindowEmbedding windows = new WindowEmbedding(model, data, states);
        windows.write(stored, even, manager);
        if (unquantized != null) {
          windows.write(original, unquantized.inputs(0), manager);
        }
      }
      Optional<BlockCorrector> corrector =
          correction.map(c -> new BlockCorrector(c, unquantized, model, states, progress));
      RoundCalibrator rounds =
          new RoundCalibrator(original, model, calibrator, targets, unquantized, progress);
      for (PlannedBlock block : blocks) {
        long start = System.nanoTime();
        int i = block.index();
        ActivationFile inputs = i % 2 == 0 ? even : odd;
        ActivationFile outputs = i % 2 == 0 ? odd : even;
        PartialBlock partial = new PartialBlock(original);
        List<CorrectionOutcome> corrections = new ArrayList<>();
        if (unquantized != null && i <= lastPlanned) {
          background.await();
          unquantized.advance(i, manager);
        }
        for (PlannedRound round : block.rounds()) {
          Map<String, LinearQuantizer.Result> results = new LinkedHashMap<>();
          for (PlannedRound pass : memory.passes().of(round)) {
            results.putAll(
                quantize(i, pass, partial, rounds.calibrate(i, pass, partial, inputs, manager)));
          }
          partial.quantized(results);
          corrector.ifPresent(
              c -> corrections.add(c.correct(block, round, partial, inputs, manager)));
        }
        if (i < lastPlanned) {
          progress.phase(i, "propagating");
          background.await();
          try (DecoderBlock quantized = model.block(manager, partial.weights(), i)) {
            calibrator.propagate(i, quantized, inputs, outputs, manager);
          }
          outputs.force();
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        background.submit(i, partial.results(), corrections, seconds);
      }
    }
  }

  /** Null where nobody asks for it, as try-with-resources takes it. */
  private OriginalStream originalStream(HiddenStates states, BlockCalibrator calibrator) {
    return correction.isPresent() || targets == Targets.QUANTIZED
        ? new OriginalStream(original, model, states, calibrator, work, progress)
        : null;
  }

  private Map<String, LinearQuantizer.Result> quantize(
      int block,
      PlannedRound round,
      PartialBlock partial,
      Map<String, InputStatistics> statistics) {
    progress.phase(block, "quantizing");
    try {
      return new BlockQuantizer(model.layout().view(partial.weights()), memory.inputs(), progress)
          .quantize(block, round, statistics);
    } finally {
      statistics.values().forEach(InputStatistics::close);
    }
  }
}
