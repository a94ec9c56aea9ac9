package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.tensor.WeightSource;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The windows on this machine: inputs of even blocks live in one scratch file and of odd blocks in
 * another, so that a block that is cut off still finds its own inputs untouched.
 */
final class LocalBlocks implements BlockRunner {
  private final Checkpoint original;
  private final CausalModel model;
  private final Calibration data;
  private final WeightSource stored;
  private final RunMemory memory;
  private final ProgressListener progress;
  private final Deque<Runnable> closing = new ArrayDeque<>();
  private final HiddenStates states;
  private final BlockCalibrator calibrator;
  private final RoundCalibrator rounds;
  private final Optional<BlockCorrector> corrector;
  private final OriginalStream unquantized;
  private final NDManager manager;
  private final ActivationFile even;
  private final ActivationFile odd;

  /**
   * Opens the scratch files.
   *
   * @param stored the original with the embedding as it is stored, which the first block's inputs
   *     come from
   */
  LocalBlocks(
      Checkpoint original,
      CausalModel model,
      Targets targets,
      Calibration data,
      Optional<BlockCorrection> correction,
      WeightSource stored,
      RunMemory memory,
      Path work,
      ProgressListener progress,
      Supplier<NDManager> engine) {
    this.original = original;
    this.model = model;
    this.data = data;
    this.stored = stored;
    this.memory = memory;
    this.progress = progress;
    this.states = HiddenStates.of(data.windows().length, data.tokens(), model.hiddenSize());
    this.calibrator = new BlockCalibrator(model, states, memory, progress);
    try {
      this.manager = engine.get();
      closing.push(manager::close);
      this.even = scratch(work, "even.f32");
      this.odd = scratch(work, "odd.f32");
      // Null where nobody asks for it.
      this.unquantized =
          correction.isPresent() || targets == Targets.QUANTIZED
              ? new OriginalStream(original, model, states, calibrator, work, progress)
              : null;
      if (unquantized != null) {
        closing.push(unquantized::close);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    this.corrector =
        correction.map(c -> new BlockCorrector(c, unquantized, model, states, progress));
    this.rounds = new RoundCalibrator(original, model, calibrator, targets, unquantized, progress);
  }

  private ActivationFile scratch(Path work, String name) {
    ActivationFile file =
        ActivationFile.open(work.resolve(BlockStore.SCRATCH + name), states.windowValues());
    closing.push(file::close);
    return file;
  }

  private ActivationFile inputs(int block) {
    return block % 2 == 0 ? even : odd;
  }

  @Override
  public void enter(int first) {
    if (first > 0) {
      requireInputs(first);
      return;
    }
    WindowEmbedding windows = new WindowEmbedding(model, data, states);
    windows.write(stored, even, manager);
    if (unquantized != null) {
      windows.write(original, unquantized.inputs(0), manager);
    }
  }

  /** The inputs of a block are in its file unless another engine has run the blocks before it. */
  private void requireInputs(int block) {
    long bytes = states.windows() * states.windowValues() * Float.BYTES;
    if (inputs(block).size() != bytes) {
      throw PbqException.usage(
          Wording.of(
              "the hidden states of block %s are not in this folder: several machines held them;"
                  + " {resume} with the same {engine}, or start again with {force}",
              block));
    }
  }

  @Override
  public void begin(int block, Runnable storedBefore) {
    if (unquantized != null) {
      storedBefore.run();
      unquantized.advance(block, manager);
    }
  }

  @Override
  public Map<String, FinishedLinear> quantize(int block, PlannedRound pass, PartialBlock partial) {
    Map<String, InputStatistics> statistics =
        rounds.calibrate(block, pass, partial, inputs(block), manager);
    progress.phase(block, "quantizing");
    try {
      return new BlockQuantizer(model.layout().view(partial.weights()), memory.inputs(), progress)
          .quantize(block, pass, statistics);
    } finally {
      statistics.values().forEach(InputStatistics::close);
    }
  }

  @Override
  public Optional<CorrectionOutcome> correct(
      PlannedBlock block, PlannedRound round, PartialBlock partial) {
    return corrector.map(c -> c.correct(block, round, partial, inputs(block.index()), manager));
  }

  @Override
  public void propagate(int block, PartialBlock partial) {
    ActivationFile outputs = inputs(block + 1);
    try (DecoderBlock quantized = model.block(manager, partial.weights(), block)) {
      calibrator.propagate(block, quantized, inputs(block), outputs, manager);
    }
    outputs.force();
  }

  @Override
  public void close() {
    if (!closing.isEmpty()) {
      try {
        closing.pop().run();
      } finally {
        close();
      }
    }
  }
}
