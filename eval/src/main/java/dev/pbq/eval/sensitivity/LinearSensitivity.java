package dev.pbq.eval.sensitivity;

import java.util.List;

/**
 * What the quantization of one linear costs.
 *
 * @param name full name without {@code .weight}
 * @param block index of its block
 * @param rows outputs
 * @param cols inputs
 * @param bits per weight as stored, at which it was measured
 * @param loss KL(original || model with this linear alone quantized), nats per predicted token
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
