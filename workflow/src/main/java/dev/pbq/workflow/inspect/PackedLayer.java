package dev.pbq.workflow.inspect;

import java.util.Optional;

/**
 * A quantized layer as it is stored.
 *
 * @param name full name without {@code .weight}
 * @param rows outputs
 * @param cols inputs
 * @param storedBits of all of its parts
 * @param relativeError from the report of the quantization; empty where there is none
 */
public record PackedLayer(
    String name, long rows, long cols, long storedBits, Optional<Double> relativeError) {
  /** How many. */
  public long weights() {
    return rows * cols;
  }

  /** Stored bits per weight. */
  public double storedBitsPerWeight() {
    return (double) storedBits / weights();
  }
}
