package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs all windows through one block, to collect Hessians or to make the next block's inputs. An
 * expert of a mixture is calibrated with the tokens routed to it; one that saw too few gets the
 * Hessian of all of its block's tokens instead, from a second pass.
 */
final class BlockCalibrator {
  /** An expert needs this many tokens for each column of its linears. */
  static final double LEAST_TOKENS_PER_COLUMN = 0.25;

  private static final Logger LOG = LoggerFactory.getLogger(BlockCalibrator.class);

  private final HiddenStates states;
  private final WindowLanes lanes;
  private final ProgressListener progress;

  BlockCalibrator(
      CausalModel model, HiddenStates states, RunMemory memory, ProgressListener progress) {
    this.states = states;
    this.lanes = WindowLanes.of(model, states, memory, progress);
    this.progress = progress;
  }

  /**
   * Collects the Hessian of every input of a round that needs one, by input name. The caller owns
   * and closes them.
   *
   * @param index the block
   * @param block it, with what earlier rounds quantized
   * @param heldOut gathers what it wants in the same pass
   */
  Map<String, Hessian> hessians(
      int index,
      PlannedRound round,
      DecoderBlock block,
      ActivationFile inputs,
      HeldOutTap heldOut,
      NDManager manager) {
    LinearInput last = round.lastCalibrated().orElseThrow();
    List<LinearInput> wanted =
        round.inputs().stream()
            .filter(PlannedInput::needsHessian)
            .map(PlannedInput::input)
            .toList();
    Map<String, Hessian> hessians = new LinkedHashMap<>();
    boolean complete = false;
    try (HessianTap routed = new HessianTap(wanted, false)) {
      lanes.show(index, block, last, wanted, inputs, first -> heldOut.from(first, routed), manager);
      List<LinearInput> starved =
          wanted.stream().filter(input -> tooFew(input, routed.tokens(input))).toList();
      for (LinearInput input : wanted) {
        if (starved.contains(input)) {
          routed.discard(input);
        } else {
          hessians.put(input.name(), routed.finish(input));
        }
      }
      if (!starved.isEmpty()) {
        try (HessianTap every = new HessianTap(starved, true)) {
          lanes.show(index, block, last, starved, inputs, first -> every, manager);
          for (LinearInput input : starved) {
            hessians.put(input.name(), every.finish(input));
          }
        }
      }
      complete = true;
      return hessians;
    } finally {
      if (!complete) {
        hessians.values().forEach(Hessian::close);
      }
    }
  }

  /** Gathers the Hessians of held-out windows for inputs of a round that are chosen by them. */
  HeldOutTap heldOut(PlannedRound round) {
    List<LinearInput> chosen =
        round.inputs().stream()
            .filter(input -> input.isChosen() && states.windows() > 1)
            .map(PlannedInput::input)
            .toList();
    return new HeldOutTap(chosen, states.windows());
  }

  /**
   * Collects the statistics of an input in two streams, whose batches go through both blocks in
   * turn. The caller owns and closes them.
   *
   * @param index the block
   * @param quantized it, with what earlier rounds quantized
   * @param original it, unquantized
   * @param inputs of the first
   * @param originalInputs of the second
   */
  InputStatistics drift(
      int index,
      LinearInput input,
      DecoderBlock quantized,
      DecoderBlock original,
      ActivationFile inputs,
      ActivationFile originalInputs,
      NDManager manager) {
    try (DriftTap tap = new DriftTap(input, new HeldOut(states.windows()))) {
      forEachBatch(
          index,
          inputs,
          manager,
          (first, hidden) -> {
            NDArray before = states.read(originalInputs, first, hidden.getManager());
            original.forwardTo(input, before, tap.original());
            quantized.forwardTo(input, hidden, tap.quantized(first));
          });
      return tap.finish();
    }
  }

  /** Whether an expert was routed too few tokens, which is logged. */
  static boolean tooFew(LinearInput input, long tokens) {
    if (!input.routed() || tokens >= LEAST_TOKENS_PER_COLUMN * input.features()) {
      return false;
    }
    LOG.warn(
        "{}: only {} calibration tokens were routed to this expert, fewer than a quarter of its {}"
            + " columns: it is calibrated with all tokens of its block",
        input.name(),
        tokens,
        input.features());
    return true;
  }

  /** Runs all windows through a block and stores what comes out. */
  void propagate(
      int index,
      DecoderBlock block,
      ActivationFile inputs,
      ActivationFile outputs,
      NDManager manager) {
    lanes.propagate(index, block, inputs, outputs, manager);
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
