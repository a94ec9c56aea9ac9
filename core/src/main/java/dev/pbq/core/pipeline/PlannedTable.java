package dev.pbq.core.pipeline;

import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;

/**
 * A table outside of the blocks that will be quantized.
 *
 * @param table the embedding, the head, or both in one
 * @param quantizer its method and settings; calibrated only if the table is a head, whose inputs
 *     there is a Hessian of
 */
public record PlannedTable(VocabularyTable table, Quantizer quantizer) {
  public PlannedTable {
    boolean calibrated = quantizer.calibrationNeed() == CalibrationNeed.HESSIAN;
    if (calibrated && !table.use().isHead()) {
      throw new IllegalArgumentException(
          table.name() + " multiplies nothing that it could be calibrated with");
    }
  }

  /** Whether it is calibrated with the inputs of the head. */
  public boolean needsHessian() {
    return quantizer.calibrationNeed() == CalibrationNeed.HESSIAN;
  }

  /** Full name without {@code .weight}. */
  public String name() {
    return table.name();
  }

  /** Number of weights. */
  public long weights() {
    return table.weights();
  }

  /** Estimated stored bits. */
  public long estimatedStoredBits() {
    return quantizer.estimateStoredBits(table.rows(), table.cols());
  }
}
