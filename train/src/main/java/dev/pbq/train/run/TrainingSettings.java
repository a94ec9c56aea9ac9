package dev.pbq.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.train.optimizer.Schedule;
import java.util.Locale;

/**
 * How long and how fast a run trains.
 *
 * @param batch windows that go through the model together
 * @param accumulate batches of a step; their gradients are averaged
 * @param tokens of each window
 * @param schedule the learning rate, and the number of steps
 * @param clip gradients whose norm is above this are cut back to it
 * @param seed of the order of the windows
 * @param recompute whether blocks are run again in the backward pass, which saves memory
 * @param heldOut windows at the end of the text that are never trained on
 * @param every steps between two looks at the held-out windows, and between two saved states
 */
public record TrainingSettings(
    int batch,
    int accumulate,
    int tokens,
    Schedule schedule,
    double clip,
    long seed,
    boolean recompute,
    int heldOut,
    int every) {
  /**
   * Checks.
   *
   * @throws PbqException USAGE naming the setting that makes no sense
   */
  public TrainingSettings {
    atLeastOne("batch", batch);
    atLeastOne("accumulate", accumulate);
    atLeastOne("steps", schedule.steps());
    atLeastOne("heldOut", heldOut);
    atLeastOne("every", every);
    if (tokens < 2) {
      throw PbqException.setting("{seqlen} %s is not at least 2", tokens);
    }
    if (!(schedule.peak() > 0)) {
      throw PbqException.setting("{lr} %s is not above 0", schedule.peak());
    }
    if (!(clip > 0)) {
      throw PbqException.setting("{clip} %s is not above 0", clip);
    }
    if (schedule.warmup() < 0 || schedule.warmup() > schedule.steps()) {
      throw PbqException.setting(
          "{warmup} %s is not between 0 and {steps} %s", schedule.warmup(), schedule.steps());
    }
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw PbqException.setting("{" + name + "} %s is not at least 1", value);
    }
  }

  /**
   * Refuses windows that a model has no positions for.
   *
   * @throws PbqException USAGE if they are too long
   */
  public void requirePositions(TransformerModel model) {
    if (tokens > model.maxPositions()) {
      throw PbqException.setting(
          "{seqlen} %s is more than the model's %s positions", tokens, model.maxPositions());
    }
  }

  /** Adds everything that shapes the result. */
  public void describe(ObjectNode settings) {
    settings.put("steps", schedule.steps());
    settings.put("batch", batch);
    settings.put("accumulate", accumulate);
    settings.put("seqlen", tokens);
    settings.put("lr", schedule.peak());
    settings.put("schedule", schedule.shape().name().toLowerCase(Locale.ROOT));
    settings.put("warmup", schedule.warmup());
    settings.put("clip", clip);
    settings.put("seed", seed);
    settings.put("recompute", recompute);
    settings.put("heldOut", heldOut);
  }
}
