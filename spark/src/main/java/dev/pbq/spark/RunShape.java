package dev.pbq.spark;

import dev.pbq.core.activation.HiddenStates;
import java.io.Serializable;

/**
 * The shape of a run's windows.
 *
 * @param windows all of them
 * @param tokens of each
 * @param hidden width of a hidden state
 * @param batch windows whose products are summed up together, which does not depend on who has them
 */
record RunShape(int windows, int tokens, int hidden, int batch) implements Serializable {
  static RunShape of(int windows, int tokens, int hidden) {
    return new RunShape(windows, tokens, hidden, HiddenStates.of(windows, tokens, hidden).batch());
  }

  /** The shape of some whole batches, in the batches of the run. */
  HiddenStates states(int some) {
    return new HiddenStates(some, tokens, hidden, batch);
  }
}
