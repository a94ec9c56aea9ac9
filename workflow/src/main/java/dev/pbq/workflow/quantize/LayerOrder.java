package dev.pbq.workflow.quantize;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.Targets;
import java.util.Optional;

/**
 * The order in which the layers of a block are calibrated.
 *
 * @param trueSequential one input after the other
 * @param targets what they are fitted to
 * @param blockwise one input after the other, and after each what is left of the block is trained
 */
record LayerOrder(boolean trueSequential, Targets targets, Optional<CorrectionSettings> blockwise) {
  /**
   * A plan in this order.
   *
   * @throws PbqException USAGE if nothing of the plan is calibrated, or both corrections are asked
   *     for
   */
  QuantizationPlan of(QuantizationPlan together) {
    if (targets == Targets.QUANTIZED) {
      if (blockwise.isPresent()) {
        throw PbqException.setting(
            "{targets} quantized and {blockwise} both correct earlier errors: choose one");
      }
      return together.quantizedTargets();
    }
    if (blockwise.isPresent()) {
      return together.corrected();
    }
    return trueSequential ? together.trueSequential() : together;
  }
}
