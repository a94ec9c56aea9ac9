package dev.pbq.eval.sensitivity;

import java.util.List;

/**
 * What the quantization of one linear costs, or of a table outside of the blocks.
 *
 * @param name full name without {@code .weight}
 * @param block index of its block; -1 for a table
 * @param rows outputs; of a table the vocabulary
 * @param cols inputs
 * @param bits per weight as stored, at which it was measured
 * @param loss KL(original || model with this one alone quantized), nats per predicted token
 * @param errors of the linear alone at several rates, the one it was measured at among them, by
 *     increasing bits
 */
public record LinearSensitivity(
    String name,
    int block,
    int rows,
    int cols,
    double bits,
    double loss,
    List<ErrorAtRate> errors) {
  /**
   * Error of a quantized linear.
   *
   * @param bits per weight as stored
   * @param error of its outputs on the calibration tokens, or of its weights without calibration,
   *     as a share of what they are
   */
  public record ErrorAtRate(double bits, double error) {}

  public LinearSensitivity {
    errors = errors == null ? List.of() : List.copyOf(errors);
  }
}
