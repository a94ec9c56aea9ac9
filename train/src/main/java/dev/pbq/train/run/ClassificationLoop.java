package dev.pbq.train.run;

import dev.pbq.eval.classify.Example;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.ClassifierStudent;
import dev.pbq.train.student.EpochOrder;
import java.util.ArrayList;
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
   * Trains to the end.
   *
   * @param done the curve of a run that is resumed; empty for a new one
   * @param state where to save
   * @return the whole curve
   */
  List<CurvePoint> run(List<CurvePoint> done, TrainingState state, TrainingProgress progress) {
    List<CurvePoint> curve = new ArrayList<>(done);
    if (curve.isEmpty()) {
      curve.add(measure.apply(new CurvePoint(0, null, null, null, null)));
      progress.step(curve.get(0));
    }
    int steps = settings.schedule().steps();
    for (int i = curve.size() - 1; i < steps; i++) {
      int step = i;
      boolean looks = epochs(step + 1) > epochs(step) || step + 1 == steps;
      CurvePoint point = OptimizerStep.named(step, () -> move(step));
      if (looks) {
        CurvePoint moved = point;
        point = OptimizerStep.named(step, () -> measure.apply(moved));
      }
      curve.add(point);
      progress.step(point);
      if (looks) {
        state.save(curve, optimizer.parameters());
      }
    }
    return curve;
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
