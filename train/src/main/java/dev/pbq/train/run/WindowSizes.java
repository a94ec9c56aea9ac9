package dev.pbq.train.run;

import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.train.method.TrainingDefaults;

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

  /** As a plan has them, or else the method's original. */
  static WindowSizes of(TrainingPlan plan, TrainingDefaults defaults, int positions) {
    return new WindowSizes(
        or(plan.seqlen(), Math.min(defaults.tokens(), positions)),
        or(plan.batch(), defaults.batch()),
        or(plan.accumulate(), defaults.accumulate()),
        plan.heldOut(),
        plan.seed(),
        plan.epochs() == null ? or(plan.steps(), defaults.steps()) : null);
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
