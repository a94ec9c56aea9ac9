package dev.pbq.core.tensor;

/**
 * What a linear computes from its weight W where that is more than y = x W^T + b. A layer with a
 * form of its own, apart from the bias, is no linear map.
 *
 * @param signsInput whether the input is replaced by its signs first (Bi-Real)
 * @param normalizesOutput whether the outputs of a token are normalized (mean 0, variance 1, no
 *     weights) before the bias (OneBit)
 * @param bias which bias is added
 */
public record LinearForm(boolean signsInput, boolean normalizesOutput, Bias bias) {
  /** Which bias a linear adds. */
  public enum Bias {
    /** The one that the model's configuration calls for, if any. */
    OF_MODEL,
    /** One of its own, {@code NAME.bias}, also where the configuration has none. */
    OWN,
    /** None, whatever the configuration says. */
    NONE
  }

  /** A plain linear layer. */
  public static final LinearForm PLAIN = new LinearForm(false, false, Bias.OF_MODEL);

  /** OneBit's. */
  public static final LinearForm NORMALIZED = new LinearForm(false, true, Bias.OF_MODEL);

  /** Bi-Real's. */
  public static final LinearForm SIGNED = new LinearForm(true, false, Bias.NONE);

  /** A linear layer that brings a bias. */
  public static final LinearForm WITH_BIAS = new LinearForm(false, false, Bias.OWN);

  /** Whether y = x W^T + b is all there is. */
  public boolean isLinearMap() {
    return !signsInput && !normalizesOutput;
  }
}
