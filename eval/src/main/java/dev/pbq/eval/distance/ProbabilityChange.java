package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pbq.eval.MeanAndError;

/**
 * How the probability of the correct token changes from the original to the model, as a share: 0.01
 * is one percentage point.
 *
 * @param rms root of the mean square
 * @param rmsStderr to first order: standard error of the mean square / (2 rms)
 * @param distribution of the change itself
 */
@JsonPropertyOrder({"rms", "rms_stderr"})
public record ProbabilityChange(
    double rms,
    @JsonProperty("rms_stderr") double rmsStderr,
    @JsonUnwrapped Distribution distribution) {
  /** Of at least one change. */
  public static ProbabilityChange of(double[] changes) {
    double[] squares = new double[changes.length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = changes[i] * changes[i];
    }
    MeanAndError square = MeanAndError.of(squares);
    double rms = Math.sqrt(square.mean());
    return new ProbabilityChange(
        rms, rms == 0 ? 0 : square.standardError() / (2 * rms), Distribution.of(changes));
  }
}
