package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Block-wise error correction inside the block loop. */
final class BlockCorrector {
  private static final String WEIGHT = ".weight";

  private final BlockCorrection correction;
  private final OriginalStream wanted;
  private final CausalModel model;
  private final HiddenStates states;
  private final ProgressListener progress;

  /**
   * @param wanted lent; a block is wanted to give what the next one gets there
   */
  BlockCorrector(
      BlockCorrection correction,
      OriginalStream wanted,
      CausalModel model,
      HiddenStates states,
      ProgressListener progress) {
    this.correction = correction;
    this.wanted = wanted;
    this.model = model;
    this.states = states;
    this.progress = progress;
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
                  new StoredWindows(states, inputs, wanted.inputs(index + 1)),
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
}
