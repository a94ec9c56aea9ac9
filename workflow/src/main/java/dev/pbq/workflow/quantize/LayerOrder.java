package dev.pbq.workflow.quantize;

import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.core.pipeline.QuantizationPlan;
import java.util.Optional;

/**
 * The order in which the layers of a block are calibrated.
 *
 * @param trueSequential one input after the other
 * @param blockwise one input after the other, and after each what is left of the block is trained
 */
record LayerOrder(boolean trueSequential, Optional<CorrectionSettings> blockwise) {
  /** A plan in this order. */
  QuantizationPlan of(QuantizationPlan together) {
    if (blockwise.isPresent()) {
      return together.corrected();
    }
    return trueSequential ? together.trueSequential() : together;
  }
}
