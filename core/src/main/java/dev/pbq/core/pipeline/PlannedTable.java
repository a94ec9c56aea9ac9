package dev.pbq.core.pipeline;

import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.Quantizer;

/**
 * A table outside of the blocks that will be quantized.
 *
 * @param table the embedding, the head, or both in one
 * @param quantizer its method and settings; needs no calibration
 */
public record PlannedTable(VocabularyTable table, Quantizer quantizer) {
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
