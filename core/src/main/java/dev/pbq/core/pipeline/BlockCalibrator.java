package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.DecoderBlock;
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
   * Collects the Hessian of every input that needs one, by input name. The caller owns and closes
   * them.
   *
   * @param block the unquantized block
   */
  Map<String, Hessian> hessians(
      PlannedBlock plan, DecoderBlock block, ActivationFile inputs, NDManager manager) {
    Map<String, HessianAccumulator> accumulators = new LinkedHashMap<>();
    Map<String, Hessian> hessians = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (PlannedInput input : plan.inputs()) {
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
      forEachBatch(plan.index(), block, tap, inputs, null, manager);
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
    forEachBatch(index, block, LinearInputTap.NONE, inputs, outputs, manager);
  }

  private void forEachBatch(
      int index,
      DecoderBlock block,
      LinearInputTap tap,
      ActivationFile inputs,
      ActivationFile outputs,
      NDManager manager) {
    for (int first = 0; first < states.windows(); first += states.batch()) {
      try (NDManager scope = manager.newSubManager()) {
        NDArray hidden = states.read(inputs, first, scope);
        NDArray out = block.forward(hidden, tap);
        if (outputs != null) {
          states.write(outputs, first, out);
        }
      }
      progress.windows(index, first + states.batchAt(first), states.windows());
    }
  }
}
