package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import java.nio.file.Path;

/**
 * The calibration windows in the unquantized model, beside those in the quantized one. Owns two
 * scratch files, one for the inputs of even blocks and one for odd, so that a block that is cut off
 * finds its own untouched.
 */
final class OriginalStream implements AutoCloseable {
  private final Checkpoint original;
  private final CausalModel model;
  private final BlockCalibrator calibrator;
  private final ProgressListener progress;
  private final ActivationFile even;
  private final ActivationFile odd;

  OriginalStream(
      Checkpoint original,
      CausalModel model,
      HiddenStates states,
      BlockCalibrator calibrator,
      Path work,
      ProgressListener progress) {
    this.original = original;
    this.model = model;
    this.calibrator = calibrator;
    this.progress = progress;
    this.even =
        ActivationFile.open(
            work.resolve(BlockStore.SCRATCH + "original-even.f32"), states.windowValues());
    this.odd =
        ActivationFile.open(
            work.resolve(BlockStore.SCRATCH + "original-odd.f32"), states.windowValues());
  }

  /** What a block gets, and the block before it gives; for block 0 to be filled. */
  ActivationFile inputs(int block) {
    return block % 2 == 0 ? even : odd;
  }

  /** Runs an unquantized block, so that the next one has its inputs. */
  void advance(int index, NDManager manager) {
    progress.phase(index, "propagating");
    try (DecoderBlock block = model.block(manager, original, index)) {
      calibrator.propagate(index, block, inputs(index), inputs(index + 1), manager);
    }
    inputs(index + 1).force();
  }

  @Override
  public void close() {
    even.close();
    odd.close();
  }
}
