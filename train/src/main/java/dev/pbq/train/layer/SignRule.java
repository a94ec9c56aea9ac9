package dev.pbq.train.layer;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The published binarizations that PB-LLM compares its layer with: what the sign is taken of, which
 * scale it gets, and how a gradient passes it.
 */
public enum SignRule {
  /** BNN: sign(W) without a scale; the gradient passes unchanged. */
  @JsonProperty("bnn")
  BNN(false),
  /** XNOR: alpha_r sign(W - mean_r); the gradient passes times alpha_r, less its row's mean. */
  @JsonProperty("xnor")
  XNOR(true),
  /** IR-Net: as XNOR, times k t (1 - tanh(t w)^2) with k = 10, t = 0.1. */
  @JsonProperty("ir")
  IR(true),
  /**
   * FDA: sign(W) without a scale; a Fourier series of 11 terms stands for the derivative of sign, 0
   * where |w| is above 1.
   */
  @JsonProperty("fda")
  FDA(false),
  /**
   * Bi-Real: alpha_r sign(W), the rows not centered, on the signs of the inputs and without a bias;
   * the gradient passes where |w| is at most 1, not times alpha_r.
   */
  @JsonProperty("bireal")
  BIREAL(false);

  private static final double IR_FACTOR = 10;
  private static final double IR_SLOPE = 0.1;
  private static final double FDA_FREQUENCY = 0.1;
  private static final int FDA_TERMS = 11;

  private final boolean centered;

  SignRule(boolean centered) {
    this.centered = centered;
  }

  /** Whether rows are centered. */
  boolean centered() {
    return centered;
  }

  /** Whether the sign is scaled by the mean magnitude of its row. */
  boolean scaled() {
    return centered || this == BIREAL;
  }

  /** Whether the layer takes the signs of its inputs, and no bias. */
  public boolean signsInput() {
    return this == BIREAL;
  }

  /** Whether the scale is a factor on the gradient too. */
  boolean scalesGradient() {
    return this != BIREAL;
  }

  /** The factor on a gradient that passes the sign of {@code w} (centered where rows are). */
  double derivative(float w) {
    return switch (this) {
      case BNN, XNOR -> 1;
      case BIREAL -> Math.abs(w) <= 1 ? 1 : 0;
      case IR -> {
        double tanh = Math.tanh(IR_SLOPE * w);
        yield IR_FACTOR * IR_SLOPE * (1 - tanh * tanh);
      }
      case FDA -> {
        double sum = 0;
        for (int i = 0; i < FDA_TERMS; i++) {
          sum += Math.cos((2 * i + 1) * FDA_FREQUENCY * w);
        }
        yield Math.abs(w) > 1 ? 0 : 4 * FDA_FREQUENCY / Math.PI * sum;
      }
    };
  }
}
