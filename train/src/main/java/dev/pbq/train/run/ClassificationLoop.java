package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.eval.classify.Example;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.ClassifierStudent;
import dev.pbq.train.student.EpochOrder;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One step after the other on labelled texts; after every epoch, and at the end, a look at the
 * held-out texts and a saved state.
 */
final class ClassificationLoop {
  private final ClassifierStudent student;
  private final List<Example> examples;
  private final EpochOrder order;
  private final TrainingSettings settings;
  private final OptimizerStep optimizer;
  private final UnaryOperator<CurvePoint> measure;

  /**
   * A loop over things that are lent.
   *
   * @param measure adds what the held-out texts say of the current values
   */
  ClassificationLoop(
      ClassifierStudent student,
      List<Example> examples,
      AdamW optimizer,
      TrainingSettings settings,
      List<Parameter> parameters,
      UnaryOperator<CurvePoint> measure) {
    this.student = student;
    this.examples = examples;
    this.order = new EpochOrder(examples.size(), settings.seed());
    this.settings = settings;
    this.optimizer = new OptimizerStep(optimizer, settings, parameters);
    this.measure = measure;
  }

  /**
   * Trains to the end. Afterwards the parameters have the state that becomes the result.
   *
   * @param state loaded already if the run is resumed
   * @return the step and loss of that state
   * @throws PbqException NUMERICAL naming step and layer if a loss or gradient is not finite, and
   *     CANCELLED if {@code progress} says so; in both cases the last saved state stays
   */
  TrainingLoop.Result run(TrainingState state, TrainingProgress progress) {
    SavedSteps steps =
        new SavedSteps(
            settings, optimizer.parameters(), step -> epochs(step + 1) > epochs(step), measure);
    return steps.run(state, progress, this::move);
  }

  /** Whole epochs in so many steps. */
  private long epochs(int steps) {
    return (long) steps * settings.accumulate() * settings.batch() / examples.size();
  }

  private CurvePoint move(int step) {
    double loss = 0;
    int batches = settings.accumulate();
    for (int a = 0; a < batches; a++) {
      long first = ((long) step * batches + a) * settings.batch();
      int[][] texts = new int[settings.batch()][];
      int[] labels = new int[settings.batch()];
      for (int i = 0; i < texts.length; i++) {
        Example example = examples.get(order.at(first + i));
        texts[i] = example.ids();
        labels[i] = example.label();
      }
      loss += student.backward(texts, labels, 1.0 / batches);
    }
    OptimizerStep.requireFinite(loss);
    student.takeGradients();
    CurvePoint moved = optimizer.move(step, loss);
    student.refresh();
    return moved;
  }
}
