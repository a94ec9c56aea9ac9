package dev.pbq.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
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
 * @param keepBest whether the state that is best on the held-out windows becomes the result, the
 *     start among them; else the last
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
    int every,
    boolean keepBest) {
  /** A tenth of the run between two looks at the held-out windows, but not more than so many. */
  private static final int MOST_STEPS_UNSEEN = 100;

  /** Steps between two looks at the held-out windows in a run of so many. */
  public static int looksEvery(int steps) {
    return Math.max(1, Math.min(MOST_STEPS_UNSEEN, steps / 10));
  }

  /**
   * Checks.
   *
   * @throws PbqException USAGE naming the setting that makes no sense
   */
  public TrainingSettings {
    atLeastOne("batch", batch);
    atLeastOne("accumulate", accumulate);
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

  /** The same with the best state as the result. */
  public TrainingSettings keepingBest() {
    return new TrainingSettings(
        batch, accumulate, tokens, schedule, clip, seed, recompute, heldOut, every, true);
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw PbqException.setting("{" + name + "} %s is not at least 1", value);
    }
  }

  /** Adds everything that shapes the result. */
  public ObjectNode describe(ObjectNode settings) {
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
    settings.put("keep", keepBest ? "best" : "last");
    return settings;
  }
}
