package dev.pbq.train.run;

import dev.pbq.train.optimizer.Parameter;
import java.util.List;

/**
 * The state of a run that becomes its result.
 *
 * @param step after which it was
 * @param heldOut its loss on the held-out windows
 * @param values of every trained array, in their order; empty where the arrays still have them
 */
record Kept(int step, double heldOut, List<float[]> values) {
  /** The state that the arrays have now, copied. */
  static Kept of(int step, double heldOut, List<Parameter> parameters) {
    return new Kept(step, heldOut, parameters.stream().map(p -> p.values().clone()).toList());
  }

  /** Gives the arrays the kept values. */
  void restore(List<Parameter> parameters) {
    for (int i = 0; i < values.size(); i++) {
      float[] kept = values.get(i);
      System.arraycopy(kept, 0, parameters.get(i).values(), 0, kept.length);
    }
  }
}
