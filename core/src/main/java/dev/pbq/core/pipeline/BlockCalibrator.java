package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs all windows through one block, to collect Hessians or to make the next block's inputs. */
final class BlockCalibrator {
  private final HiddenStates states;
  private final ProgressListener progress;

  BlockCalibrator(HiddenStates states, ProgressListener progress) {
    this.states = states;
    this.progress = progress;
  }

  /**
   * Collects the Hessian of every input of a round that needs one, by input name. The caller owns
   * and closes them.
   *
   * @param index the block
   * @param block it, with what earlier rounds quantized
   */
  Map<String, Hessian> hessians(
      int index, PlannedRound round, DecoderBlock block, ActivationFile inputs, NDManager manager) {
    LinearInput last = round.lastCalibrated().orElseThrow();
    Map<String, HessianAccumulator> accumulators = new LinkedHashMap<>();
    Map<String, Hessian> hessians = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (PlannedInput input : round.inputs()) {
        if (input.needsHessian()) {
          accumulators.put(input.input().name(), new HessianAccumulator(input.input().features()));
        }
      }
      LinearInputTap tap =
          (input, x, sequences, tokens) -> {
            HessianAccumulator accumulator = accumulators.get(input.name());
            if (accumulator != null) {
              accumulator.add(x, sequences * tokens, sequences);
            }
          };
      forEachBatch(index, inputs, manager, (first, hidden) -> block.forwardTo(last, hidden, tap));
      for (Map.Entry<String, HessianAccumulator> e : accumulators.entrySet()) {
        hessians.put(e.getKey(), e.getValue().finish(e.getKey()));
      }
      complete = true;
      return hessians;
    } finally {
      accumulators.values().forEach(HessianAccumulator::close);
      if (!complete) {
        hessians.values().forEach(Hessian::close);
      }
    }
  }

  /** Runs all windows through a block and stores what comes out. */
  void propagate(
      int index,
      DecoderBlock block,
      ActivationFile inputs,
      ActivationFile outputs,
      NDManager manager) {
    forEachBatch(
        index,
        inputs,
        manager,
        (first, hidden) ->
            states.write(outputs, first, block.forward(hidden, LinearInputTap.NONE)));
  }

  /** What is done with the hidden states of a batch that starts at window {@code first}. */
  @FunctionalInterface
  private interface BatchAction {
    void accept(int first, NDArray hidden);
  }

  private void forEachBatch(
      int index, ActivationFile inputs, NDManager manager, BatchAction action) {
    for (int first = 0; first < states.windows(); first += states.batch()) {
      try (NDManager scope = manager.newSubManager()) {
        action.accept(first, states.read(inputs, first, scope));
      }
      progress.windows(index, first + states.batchAt(first), states.windows());
    }
  }
}
