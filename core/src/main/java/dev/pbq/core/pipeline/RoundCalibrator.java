package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calibrates rounds: one stream of windows for targets of the original weights, two for those that
 * see the error so far. Experts of mixtures have the former in either case: the two streams route
 * tokens differently, so that an expert has no pairs to compare.
 */
final class RoundCalibrator {
  private static final Logger LOG = LoggerFactory.getLogger(RoundCalibrator.class);

  private final Checkpoint original;
  private final CausalModel model;
  private final BlockCalibrator calibrator;
  private final Targets targets;
  private final OriginalStream unquantized;
  private final ProgressListener progress;

  /**
   * @param unquantized lent; may be null with targets of the original weights
   */
  RoundCalibrator(
      Checkpoint original,
      CausalModel model,
      BlockCalibrator calibrator,
      Targets targets,
      OriginalStream unquantized,
      ProgressListener progress) {
    this.original = original;
    this.model = model;
    this.calibrator = calibrator;
    this.targets = targets;
    this.unquantized = unquantized;
    this.progress = progress;
  }

  /**
   * Refuses windows that are too few to compare two streams, and tells of linears that keep targets
   * of their own weights.
   *
   * @throws PbqException USAGE for fewer than two windows
   */
  static void requireFit(QuantizationPlan plan, int windows) {
    LOG.debug("{} calibration windows are held out", new HeldOut(windows).count());
    long routed =
        plan.blocks().stream()
            .flatMap(PlannedBlock::inputs)
            .filter(input -> input.needsHessian() && input.input().routed())
            .count();
    if (routed > 0) {
      LOG.warn(
          "{} inputs belong to experts of mixtures: they keep targets of the original weights, as"
              + " the two streams route tokens differently",
          routed);
    }
  }

  /**
   * Calibrates.
   *
   * @param partial the block as it is so far
   * @param inputs of the block, from the quantized blocks before it
   * @return by input name, for the caller to close; empty if no input needs it
   */
  Map<String, InputStatistics> calibrate(
      int index,
      PlannedRound round,
      PartialBlock partial,
      ActivationFile inputs,
      NDManager manager) {
    if (round.lastCalibrated().isEmpty()) {
      return Map.of();
    }
    LinearInput last = round.lastCalibrated().get();
    progress.phase(index, "calibrating");
    try (DecoderBlock quantized = model.block(manager, partial.weights(), index)) {
      if (targets == Targets.ORIGINAL || last.routed()) {
        Map<String, InputStatistics> statistics = new LinkedHashMap<>();
        try (HeldOutTap heldOut = calibrator.heldOut(round)) {
          calibrator
              .hessians(index, round, quantized, inputs, heldOut, manager)
              .forEach(
                  (input, hessian) ->
                      statistics.put(
                          input,
                          new InputStatistics(hessian, Optional.empty(), heldOut.finish(input))));
        }
        return statistics;
      }
      try (DecoderBlock before = model.block(manager, original, index)) {
        return Map.of(
            last.name(),
            calibrator.drift(
                index, last, quantized, before, inputs, unquantized.inputs(index), manager));
      }
    }
  }
}
