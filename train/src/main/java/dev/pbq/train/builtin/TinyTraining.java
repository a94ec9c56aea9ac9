package dev.pbq.train.builtin;

import ai.djl.ndarray.NDManager;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import dev.pbq.train.student.Student;
import java.util.Optional;

/**
 * The model in training: the project's own model code, next-token cross entropy, gradients cut back
 * to norm 1, AdamW. One thread at a time.
 */
final class TinyTraining implements AutoCloseable {
  /** Gradients longer than this are cut back to it. */
  private static final double CLIP = 1.0;

  private static final AdamW ADAMW = new AdamW(0.9, 0.98, 1e-8, 0.1);

  private final TinyWeights weights;
  private final Student student;
  private int steps;

  /**
   * Goes on from weights.
   *
   * @param weights lent; they change with every step
   * @param steps done before
   */
  TinyTraining(NDManager parent, TinyWeights weights, int steps) {
    this.weights = weights;
    this.steps = steps;
    this.student =
        new Student(
            parent, TinyModelFolder.model(weights.config()), weights, weights.trained(), false);
  }

  /**
   * One step.
   *
   * @param windows [sequences][tokens + 1]: the last token is only predicted
   * @return the mean loss of the batch before the step, in nats per token
   * @throws IllegalStateException if the loss or a gradient is not finite
   */
  double step(int[][] windows, double learningRate) {
    double loss = student.backward(windows, Objective.LANGUAGE_MODEL, Optional.empty(), 1);
    student.takeGradients();
    double norm = AdamW.norm(weights.parameters());
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw new IllegalStateException(
          "the loss is " + loss + " and the gradient's norm " + norm + " at step " + steps);
    }
    steps++;
    ADAMW.step(weights.parameters(), steps, learningRate, AdamW.clip(norm, CLIP));
    student.refresh();
    return loss;
  }

  /** Steps done, those before this object included. */
  int steps() {
    return steps;
  }

  /**
   * Negative log-likelihoods of the next tokens, in nats.
   *
   * @param window [tokens + 1]
   * @return [tokens]
   */
  float[] nll(int[] window) {
    return student.nextTokenNll(new int[][] {window})[0];
  }

  @Override
  public void close() {
    student.close();
  }
}
