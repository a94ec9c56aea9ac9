package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Block-wise error correction inside the block loop. Owns scratch files with the unquantized
 * model's hidden states, which are what is wanted of each block.
 */
final class BlockCorrector implements AutoCloseable {
  private static final String WEIGHT = ".weight";

  private final BlockCorrection correction;
  private final Checkpoint original;
  private final CausalModel model;
  private final HiddenStates states;
  private final BlockCalibrator calibrator;
  private final ProgressListener progress;
  private final ActivationFile even;
  private final ActivationFile odd;

  BlockCorrector(
      BlockCorrection correction,
      Checkpoint original,
      CausalModel model,
      HiddenStates states,
      BlockCalibrator calibrator,
      Path work,
      ProgressListener progress) {
    this.correction = correction;
    this.original = original;
    this.model = model;
    this.states = states;
    this.calibrator = calibrator;
    this.progress = progress;
    this.even =
        ActivationFile.open(
            work.resolve(BlockStore.SCRATCH + "original-even.f32"), states.windowValues());
    this.odd =
        ActivationFile.open(
            work.resolve(BlockStore.SCRATCH + "original-odd.f32"), states.windowValues());
  }

  /** The file for the inputs of the first block. */
  ActivationFile first() {
    return wanted(-1);
  }

  /** The outputs of an unquantized block, which the next one gets; of block -1, the embedding's. */
  private ActivationFile wanted(int block) {
    return block % 2 == 0 ? odd : even;
  }

  /**
   * Runs the unquantized block on what the unquantized blocks before it give: its outputs are
   * wanted of the quantized one.
   */
  void begin(int index, NDManager manager) {
    progress.phase(index, "propagating");
    try (DecoderBlock block = model.block(manager, original, index)) {
      calibrator.propagate(index, block, wanted(index - 1), wanted(index), manager);
    }
    wanted(index).force();
  }

  /**
   * Trains what is left of a block.
   *
   * @param round quantized last
   * @param inputs of the block, from the quantized blocks before it
   */
  CorrectionOutcome correct(
      PlannedBlock planned,
      PlannedRound round,
      PartialBlock partial,
      ActivationFile inputs,
      NDManager manager) {
    int index = planned.index();
    progress.phase(index, "correcting");
    Set<String> left =
        planned
            .linears()
            .map(PlannedLinear::name)
            .filter(name -> !partial.isQuantized(name))
            .map(name -> name + WEIGHT)
            .collect(Collectors.toSet());
    try (DecoderBlock block = model.block(manager, partial.weights(), index)) {
      List<NDArray> weights =
          block.weights().stream().filter(w -> left.contains(w.getName())).toList();
      BlockTrainer.Errors errors =
          correction
              .trainer()
              .train(
                  block,
                  weights,
                  new StoredWindows(states, inputs, wanted(index)),
                  correction.settings());
      for (NDArray weight : weights) {
        String name = weight.getName();
        partial.trained(name.substring(0, name.length() - WEIGHT.length()), matrix(weight));
      }
      return new CorrectionOutcome(
          index, round.inputs().get(0).input().name(), errors.before(), errors.after());
    }
  }

  private static FloatMatrix matrix(NDArray weight) {
    FloatBuffer values = weight.toByteBuffer(true).asFloatBuffer();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return new FloatMatrix(
        Math.toIntExact(weight.getShape().get(0)), Math.toIntExact(weight.getShape().get(1)), copy);
  }

  @Override
  public void close() {
    even.close();
    odd.close();
  }
}
