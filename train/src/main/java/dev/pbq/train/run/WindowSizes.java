package dev.pbq.train.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;

/**
 * How a text is cut into windows, and how many go into a step.
 *
 * @param tokens of a window
 * @param batch windows that go through the model together
 * @param accumulate batches of a step
 * @param heldOut windows held out
 * @param seed of the order
 * @param steps of the run; null if they follow from the number of windows
 */
public record WindowSizes(
    int tokens, int batch, int accumulate, int heldOut, long seed, Integer steps) {
  public WindowSizes {
    if (tokens < 2) {
      throw PbqException.setting("{seqlen} %s is not at least 2", tokens);
    }
  }

  /**
   * Refuses windows that a model has no positions for.
   *
   * @throws PbqException USAGE if they are too long
   */
  void requirePositions(TransformerModel model) {
    if (tokens > model.maxPositions()) {
      throw PbqException.setting(
          "{seqlen} %s is more than the model's %s positions", tokens, model.maxPositions());
    }
  }

  /** What texts that a teacher writes depend on. */
  ObjectNode describe() {
    return JsonNodeFactory.instance.objectNode().put("seqlen", tokens).put("seed", seed);
  }
}
