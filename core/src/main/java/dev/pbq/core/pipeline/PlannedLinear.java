package dev.pbq.core.pipeline;

import dev.pbq.core.model.Linear;
import dev.pbq.core.quant.Quantizer;

/**
 * A linear that will be quantized.
 *
 * @param linear the layer
 * @param quantizer its method and settings
 */
public record PlannedLinear(Linear linear, Quantizer quantizer) {
  /** Full name without {@code .weight}. */
  public String name() {
    return linear.name();
  }

  /** Outputs. */
  public int rows() {
    return linear.rows();
  }

  /** Inputs. */
  public int cols() {
    return linear.cols();
  }

  /** Number of weights. */
  public long weights() {
    return linear.weights();
  }
}
