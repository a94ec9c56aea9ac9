package dev.pbq.train.run;

import static dev.pbq.core.quant.SettingChecks.or;

import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.optimizer.Schedule;
import java.util.function.DoubleSupplier;

/** Settings of a run, from what a user planned and what the method's original has. */
final class PlannedSettings {
  /** The root mean square of the weights that the methods' learning rates are for. */
  private static final double USUAL_RMS = 0.02;

  private PlannedSettings() {}

  static TrainingSettings of(
      TrainingPlan plan,
      TrainingDefaults defaults,
      WindowSizes sizes,
      int trainingWindows,
      DoubleSupplier rms) {
    int all = sizes.steps() != null ? sizes.steps() : steps(plan, sizes, trainingWindows);
    int rising = or(plan.warmup(), Math.min(all, defaults.warmup().applyAsInt(all)));
    return new TrainingSettings(
        sizes.batch(),
        sizes.accumulate(),
        sizes.tokens(),
        new Schedule(plan.schedule(), rate(plan, defaults, rms), rising, all),
        plan.clip(),
        plan.seed(),
        plan.recompute(),
        plan.heldOut(),
        TrainingSettings.looksEvery(all),
        plan.keep() == TrainingPlan.Keep.BEST);
  }

  private static double rate(TrainingPlan plan, TrainingDefaults defaults, DoubleSupplier rms) {
    if (plan.followsWeights()) {
      return defaults.learningRate() * rms.getAsDouble() / USUAL_RMS;
    }
    return plan.lr() == null ? defaults.learningRate() : Double.parseDouble(plan.lr());
  }

  private static int steps(TrainingPlan plan, WindowSizes sizes, int trainingWindows) {
    int ofStep = sizes.batch() * sizes.accumulate();
    return Math.max(1, (int) Math.ceil(plan.epochs() * trainingWindows / ofStep));
  }
}
