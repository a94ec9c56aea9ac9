package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * The losses of one window of a text; one line of {@code eval-ppl --token-losses}. Token {@code
 * ids[first + i]} has the loss {@code losses[i]}: its negative log-likelihood after all ids before
 * it, in nats.
 *
 * @param dataset the text
 * @param window its index in the text, from 0
 * @param ids tokens of the window, those without a loss included
 * @param first index in {@code ids} of the first token with a loss
 * @param losses in float32, as they are computed
 */
@JsonPropertyOrder({"dataset", "window", "ids", "first", "losses"})
public record WindowLosses(String dataset, int window, int[] ids, int first, float[] losses) {
  public WindowLosses {
    ids = ids.clone();
    losses = losses.clone();
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  @Override
  public float[] losses() {
    return losses.clone();
  }
}
