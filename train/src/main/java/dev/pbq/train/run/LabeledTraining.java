package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledSet;
import java.util.Optional;

/**
 * Labelled texts to train on, and others to measure on.
 *
 * @param training texts that are trained on
 * @param heldOut texts that are not
 */
public record LabeledTraining(LabeledSet training, LabeledSet heldOut) {
  /**
   * Splits texts.
   *
   * @param all the texts
   * @param others texts held out; empty to hold out the last of {@code all}
   * @param last how many are held out then
   * @throws PbqException BAD_DATA if nothing is left to train on
   */
  public static LabeledTraining of(LabeledSet all, Optional<LabeledSet> others, int last) {
    if (others.isPresent()) {
      return new LabeledTraining(all, others.get());
    }
    int count = all.texts().size();
    if (count <= last) {
      throw PbqException.badData(
          all.source()
              + " has "
              + count
              + " texts, of which "
              + last
              + " are held out: none is left to train on");
    }
    return new LabeledTraining(all.range(0, count - last), all.range(count - last, count));
  }
}
