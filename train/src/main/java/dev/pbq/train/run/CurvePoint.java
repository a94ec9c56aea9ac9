package dev.pbq.train.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One step of a loss curve: a line of {@code training.jsonl}.
 *
 * @param step steps done; 0 before the first
 * @param loss mean training loss of the step, before it moved the weights; null at step 0
 * @param learningRate of the step; null at step 0
 * @param gradientNorm before clipping; null at step 0
 * @param heldOut loss of the held-out windows in nats per token, after the step: negative
 *     log-likelihood when training, divergence from the original when tuning; null where it was not
 *     measured
 * @param accuracy share of the held-out texts that are classified rightly, after the step; null
 *     where texts are not classified, or it was not measured
 */
@JsonPropertyOrder({"step", "loss", "learningRate", "gradientNorm", "heldOut", "accuracy"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CurvePoint(
    int step,
    Double loss,
    Double learningRate,
    Double gradientNorm,
    Double heldOut,
    Double accuracy) {
  /** A step of a training that classifies nothing. */
  public CurvePoint(
      int step, Double loss, Double learningRate, Double gradientNorm, Double heldOut) {
    this(step, loss, learningRate, gradientNorm, heldOut, null);
  }

  /** The same with a held-out loss. */
  public CurvePoint withHeldOut(double measured) {
    return new CurvePoint(step, loss, learningRate, gradientNorm, measured, accuracy);
  }

  /** The same with a held-out loss and an accuracy. */
  public CurvePoint withHeldOut(double measured, double rightly) {
    return new CurvePoint(step, loss, learningRate, gradientNorm, measured, rightly);
  }
}
