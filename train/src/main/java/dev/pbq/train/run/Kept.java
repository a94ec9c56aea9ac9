package dev.pbq.train.run;

import dev.pbq.train.optimizer.Parameter;
import java.util.List;
import java.util.Optional;

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

  /**
   * The better of the best state so far and the one that the arrays have now, if that is wanted.
   */
  static Optional<Kept> better(
      Optional<Kept> best, TrainingSettings settings, CurvePoint now, List<Parameter> parameters) {
    if (!settings.keepBest() || (best.isPresent() && now.heldOut() >= best.get().heldOut())) {
      return best;
    }
    return Optional.of(of(now.step(), now.heldOut(), parameters));
  }

  /** Gives the arrays the kept values. */
  void restore(List<Parameter> parameters) {
    for (int i = 0; i < values.size(); i++) {
      float[] kept = values.get(i);
      System.arraycopy(kept, 0, parameters.get(i).values(), 0, kept.length);
    }
  }
}
