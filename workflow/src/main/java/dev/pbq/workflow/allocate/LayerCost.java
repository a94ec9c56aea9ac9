package dev.pbq.workflow.allocate;

import dev.pbq.core.PbqException;
import java.util.List;

/**
 * The cost of quantizing one layer: the loss of the whole model, measured at one rate. At another
 * rate it is taken to be proportional to the layer's own error (HIGGS, arXiv 2411.17525), whose
 * curve may be known; where it is not, each bit more divides it by four, as at high rates.
 *
 * @param name of the layer, for messages
 * @param weights how many it has, at least 1
 * @param loss of the whole model with this layer alone quantized, nats per token
 * @param rate bits per weight at which it was measured
 * @param curve of the error by rate
 */
public record LayerCost(String name, long weights, double loss, double rate, ErrorCurve curve) {
  /** Losses below are noise of float32; they count as this. */
  private static final double LEAST_LOSS = 1e-7;

  private static final int HALVINGS = 40;

  /**
   * Checks.
   *
   * @throws PbqException NUMERICAL naming the layer if the loss or the rate is not finite, or the
   *     loss is negative
   */
  public LayerCost {
    if (!Double.isFinite(loss) || loss < 0 || !Double.isFinite(rate)) {
      throw PbqException.numerical(
          name + ": its sensitivity " + loss + " at " + rate + " bits is no loss");
    }
    if (weights < 1) {
      throw new IllegalArgumentException(name + ": " + weights + " weights");
    }
  }

  /** A layer of whose error nothing is known. */
  public LayerCost(String name, long weights, double loss, double rate) {
    this(name, weights, loss, rate, new ErrorCurve(List.of(), List.of()));
  }

  /** The loss expected at another rate. */
  public double at(double bits) {
    return Math.exp(logLoss(bits));
  }

  /**
   * The rate at which one bit more for each weight saves so much; within bounds.
   *
   * @param logPrice natural logarithm of nats per bit
   * @param least smallest rate
   * @param most largest rate
   */
  double rateAt(double logPrice, double least, double most) {
    double low = least;
    double high = most;
    // The saving falls with the rate, as the curve is convex.
    for (int i = 0; i < HALVINGS; i++) {
      double middle = 0.5 * (low + high);
      double saving = logLoss(middle) + Math.log(curve.slope(middle) / weights);
      if (saving > logPrice) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 0.5 * (low + high);
  }

  private double logLoss(double bits) {
    return Math.log(Math.max(loss, LEAST_LOSS)) + curve.log(bits) - curve.log(rate);
  }
}
