package dev.pbq.core.pipeline;

import dev.pbq.core.quant.Quantizer;

/**
 * A linear that will be quantized.
 *
 * @param name full name without {@code .weight}
 * @param rows outputs
 * @param cols inputs
 * @param quantizer its method and settings
 */
public record PlannedLinear(String name, int rows, int cols, Quantizer quantizer) {
  /** Number of weights. */
  public long weights() {
    return (long) rows * cols;
  }
}
