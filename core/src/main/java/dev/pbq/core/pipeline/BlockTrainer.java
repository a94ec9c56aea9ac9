package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.model.DecoderBlock;
import java.util.List;

/**
 * Trains weights of one block so that its outputs come close to given ones. Announced to {@link
 * java.util.ServiceLoader}: the pipeline knows no training.
 */
public interface BlockTrainer {
  /**
   * Refuses a model that it has no sound gradients for.
   *
   * @param config the model's {@code config.json}
   * @param where names it in the message
   * @throws dev.pbq.core.PbqException USAGE
   */
  void require(JsonNode config, String where);

  /**
   * Trains. Where the error did not fall, the weights are as before.
   *
   * @param block lent
   * @param weights those of the block's {@link DecoderBlock#weights()} that may change, in place;
   *     may be empty
   * @param windows what the block gets and shall give
   * @return the block's error before and after
   * @throws dev.pbq.core.PbqException NUMERICAL if a loss or gradient is not finite
   */
  Errors train(
      DecoderBlock block, List<NDArray> weights, BlockWindows windows, CorrectionSettings settings);

  /**
   * Relative errors ||y - t||^2 / ||t||^2 of a block's outputs y to the wanted ones t, over all
   * windows.
   */
  record Errors(double before, double after) {}
}
