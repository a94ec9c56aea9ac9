package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.Objective;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TokenWindows;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * One step after the other: gradients of the step's batches, clipping, AdamW, and every so many
 * steps a look at the held-out windows and a saved state. All parts are lent.
 *
 * @param student that is trained
 * @param teacher present if the objective needs one
 * @param heldOut what is measured on the held-out windows
 * @param parameters what the student is made of, in its order
 */
public record TrainingLoop(
    Student student,
    Optional<Teacher> teacher,
    TokenWindows windows,
    Objective objective,
    AdamW optimizer,
    TrainingSettings settings,
    ToDoubleFunction<Student> heldOut,
    List<Parameter> parameters) {

  /**
   * Trains to the end. Afterwards the parameters have the state that becomes the result.
   *
   * @param state loaded already if the run is resumed
   * @return the step and loss of that state
   * @throws PbqException NUMERICAL naming step and layer if a loss or gradient is not finite, and
   *     CANCELLED if {@code progress} says so; in both cases the last saved state stays
   */
  public Result run(TrainingState state, TrainingProgress progress) {
    SavedSteps steps =
        new SavedSteps(
            settings,
            parameters,
            step -> (step + 1) % settings.every() == 0,
            point -> point.withHeldOut(heldOut.applyAsDouble(student)));
    return steps.run(state, progress, this::move);
  }

  /**
   * What a run came to.
   *
   * @param curve every step
   * @param step whose state the parameters have
   * @param heldOut its loss on the held-out windows
   */
  public record Result(List<CurvePoint> curve, int step, double heldOut) {
    public Result {
      curve = List.copyOf(curve);
    }
  }

  private CurvePoint move(int step) {
    double loss = 0;
    int batches = settings.accumulate();
    for (int a = 0; a < batches; a++) {
      long first = ((long) step * batches + a) * settings.batch();
      int[][] ids = windows.take(first, settings.batch());
      long noise = settings.seed() * 0x9e3779b97f4a7c15L + first * 0xbf58476d1ce4e5b9L;
      loss += student.backward(ids, objective, teacher, 1.0 / batches, noise);
    }
    OptimizerStep.requireFinite(loss);
    student.takeGradients();
    CurvePoint moved = new OptimizerStep(optimizer, settings, parameters).move(step, loss);
    student.refresh();
    return moved;
  }
}
