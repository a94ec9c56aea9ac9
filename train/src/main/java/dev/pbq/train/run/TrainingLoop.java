package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.Objective;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TokenWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One step after the other: gradients of the step's batches, clipping, AdamW, and every so many
 * steps a look at the held-out windows and a saved state.
 */
public final class TrainingLoop {
  private final Student student;
  private final Optional<Teacher> teacher;
  private final TokenWindows windows;
  private final Objective objective;
  private final AdamW optimizer;
  private final TrainingSettings settings;
  private final List<Parameter> parameters;

  /**
   * A loop over things that are lent.
   *
   * @param teacher present if the objective needs one
   * @param parameters what the student is made of, in its order
   */
  public TrainingLoop(
      Student student,
      Optional<Teacher> teacher,
      TokenWindows windows,
      Objective objective,
      AdamW optimizer,
      TrainingSettings settings,
      List<Parameter> parameters) {
    this.student = student;
    this.teacher = teacher;
    this.windows = windows;
    this.objective = objective;
    this.optimizer = optimizer;
    this.settings = settings;
    this.parameters = parameters;
  }

  /**
   * Trains to the end.
   *
   * @param done the curve of a run that is resumed; empty for a new one
   * @param state where to save
   * @return the whole curve
   * @throws PbqException NUMERICAL naming step and layer if a loss or gradient is not finite; the
   *     last saved state stays
   */
  List<CurvePoint> run(List<CurvePoint> done, TrainingState state, TrainingProgress progress) {
    List<CurvePoint> curve = new ArrayList<>(done);
    if (curve.isEmpty()) {
      curve.add(new CurvePoint(0, null, null, null, heldOut(student, windows, settings)));
      progress.step(curve.get(0));
    }
    int steps = settings.schedule().steps();
    for (int step = curve.size() - 1; step < steps; step++) {
      boolean looks = (step + 1) % settings.every() == 0 || step + 1 == steps;
      CurvePoint moved = step(step);
      CurvePoint point =
          looks
              ? OptimizerStep.named(
                  step, () -> moved.withHeldOut(heldOut(student, windows, settings)))
              : moved;
      curve.add(point);
      progress.step(point);
      if (looks) {
        state.save(curve, parameters);
      }
    }
    return curve;
  }

  /**
   * One step.
   *
   * @param step counted from 0
   * @return without a held-out loss
   * @throws PbqException NUMERICAL naming step and layer if a loss or gradient is not finite
   */
  public CurvePoint step(int step) {
    return OptimizerStep.named(step, () -> move(step));
  }

  private CurvePoint move(int step) {
    double loss = 0;
    int batches = settings.accumulate();
    for (int a = 0; a < batches; a++) {
      long first = ((long) step * batches + a) * settings.batch();
      int[][] ids = windows.take(first, settings.batch());
      loss += student.backward(ids, objective, teacher, 1.0 / batches);
    }
    OptimizerStep.requireFinite(loss);
    student.takeGradients();
    CurvePoint moved = new OptimizerStep(optimizer, settings, parameters).move(step, loss);
    student.refresh();
    return moved;
  }

  /** Mean negative log-likelihood of the held-out windows, in nats per token. */
  static double heldOut(Student student, TokenWindows windows, TrainingSettings settings) {
    int[][] all = windows.heldOut();
    double sum = 0;
    long count = 0;
    for (int from = 0; from < all.length; from += settings.batch()) {
      int to = Math.min(all.length, from + settings.batch());
      for (float[] window : student.nextTokenNll(Arrays.copyOfRange(all, from, to))) {
        for (float nll : window) {
          sum += nll;
        }
        count += window.length;
      }
    }
    return sum / count;
  }
}
