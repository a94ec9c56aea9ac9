package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.train.optimizer.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * The frame of every run: step after step, with looks at what is held out, states saved, and the
 * state kept that becomes the result.
 *
 * @param parameters what is trained, in its order
 * @param looks whether what is held out is measured after a step, counted from 0; after the last it
 *     always is
 * @param measure adds what is held out to a point
 */
record SavedSteps(
    TrainingSettings settings,
    List<Parameter> parameters,
    IntPredicate looks,
    UnaryOperator<CurvePoint> measure) {

  /**
   * Runs to the end. Afterwards the parameters have the state that becomes the result.
   *
   * @param state loaded already if the run is resumed
   * @param move does a step, counted from 0
   * @throws PbqException NUMERICAL naming the step if something is not finite, and CANCELLED if
   *     {@code progress} says so; in both cases the last saved state stays
   */
  TrainingLoop.Result run(
      TrainingState state, TrainingProgress progress, IntFunction<CurvePoint> move) {
    List<CurvePoint> curve = new ArrayList<>(state.curve());
    Optional<Kept> best = state.best();
    if (curve.isEmpty()) {
      curve.add(measure.apply(new CurvePoint(0, null, null, null, null)));
      best = Kept.better(best, settings, curve.get(0), parameters);
      progress.step(curve.get(0));
    }
    int steps = settings.schedule().steps();
    for (int step = curve.size() - 1; step < steps; step++) {
      int now = step;
      boolean look = looks.test(step) || step + 1 == steps;
      CurvePoint point =
          OptimizerStep.named(
              step,
              () -> {
                CurvePoint moved = move.apply(now);
                return look ? measure.apply(moved) : moved;
              });
      curve.add(point);
      best = look ? Kept.better(best, settings, point, parameters) : best;
      progress.step(point);
      boolean stops = progress.stops();
      if (look || stops) {
        state.save(curve, parameters, best);
      }
      if (stops) {
        throw new PbqException(
            PbqException.Kind.CANCELLED, "stopped after step " + (step + 1) + ", which is saved");
      }
    }
    CurvePoint last = curve.get(curve.size() - 1);
    Kept kept = best.orElse(new Kept(last.step(), last.heldOut(), List.of()));
    kept.restore(parameters);
    return new TrainingLoop.Result(curve, kept.step(), kept.heldOut());
  }
}
