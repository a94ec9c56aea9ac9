package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;
import java.util.function.Supplier;

/** What follows the gradients of a step: checks that they are numbers, clipping, AdamW. */
record OptimizerStep(AdamW optimizer, TrainingSettings settings, List<Parameter> parameters) {
  /**
   * Moves the parameters by their gradients.
   *
   * @param step counted from 0
   * @param loss mean training loss of the step
   * @return without a held-out loss
   * @throws PbqException NUMERICAL naming the layer if a gradient is not finite
   */
  CurvePoint move(int step, double loss) {
    double rate = settings.schedule().at(step);
    double norm = AdamW.norm(parameters);
    if (!Double.isFinite(norm)) {
      throw PbqException.numerical("the gradient of " + notFinite() + " is not finite");
    }
    optimizer.step(parameters, step + 1, rate, AdamW.clip(norm, settings.clip()));
    return new CurvePoint(step + 1, loss, rate, norm, null);
  }

  private String notFinite() {
    return parameters.stream()
        .filter(p -> !Double.isFinite(AdamW.norm(List.of(p))))
        .map(Parameter::name)
        .findFirst()
        .orElse("all layers together");
  }

  /** Refuses a loss that is no number. */
  static void requireFinite(double loss) {
    if (!Double.isFinite(loss)) {
      throw PbqException.numerical("the loss is " + loss);
    }
  }

  /** Work of a step, counted from 0, whose numerical failures name it. */
  static <T> T named(int step, Supplier<T> work) {
    try {
      return work.get();
    } catch (PbqException e) {
      if (e.kind() != PbqException.Kind.NUMERICAL) {
        throw e;
      }
      throw new PbqException(
          e.kind(), "step " + (step + 1) + ": " + e.getMessage() + "; a lower lr may help", e);
    }
  }
}
