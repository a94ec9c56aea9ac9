package dev.pbq.train.builtin;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** One optimisation step after the other, in flat memory. */
final class Trainer {
  /** Gradients longer than this are cut back to it. */
  private static final double CLIP = 1.0;

  private final NDManager manager;
  private final Parameters parameters;
  private final LlamaForward forward;
  private final AdamW optimizer;

  /** Borrows everything; parameters must require gradients. */
  Trainer(NDManager manager, Parameters parameters, LlamaForward forward, AdamW optimizer) {
    this.manager = manager;
    this.parameters = parameters;
    this.forward = forward;
    this.optimizer = optimizer;
  }

  /**
   * One step.
   *
   * @return the mean loss of the batch before the step, in nats per token
   * @throws IllegalStateException if the loss is not finite
   */
  float step(Batches.Batch batch, double learningRate) {
    try (NDManager step = manager.newSubManager()) {
      parameters.lendTo(step);
      float loss;
      Map<String, NDArray> gradients;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray mean = forward.loss(step, batch.inputs(), batch.targets());
        collector.backward(mean);
        loss = mean.getFloat();
      }
      if (!Float.isFinite(loss)) {
        throw new IllegalStateException("the loss is " + loss + " at step " + optimizer.steps());
      }
      gradients = gradients();
      double norm = norm(gradients);
      double scale = norm > CLIP ? CLIP / norm : 1;
      optimizer.beginStep();
      gradients.forEach(
          (name, gradient) -> {
            NDArray weight = parameters.get(name);
            optimizer.update(
                name,
                Parameters.floats(weight),
                Parameters.floats(gradient),
                learningRate,
                weight.getShape().dimension() > 1,
                scale);
            gradient.subi(gradient);
          });
      return loss;
    }
  }

  /** Views of the gradients' storage, attached to the step through the weights. */
  private Map<String, NDArray> gradients() {
    Map<String, NDArray> gradients = new LinkedHashMap<>();
    parameters.arrays().forEach((name, weight) -> gradients.put(name, weight.getGradient()));
    return gradients;
  }

  private static double norm(Map<String, NDArray> gradients) {
    double sum = 0;
    for (NDArray gradient : gradients.values()) {
      FloatBuffer values = Parameters.floats(gradient);
      for (int i = 0; i < values.capacity(); i++) {
        double value = values.get(i);
        sum += value * value;
      }
    }
    return Math.sqrt(sum);
  }
}
