package dev.pbq.cli.option;

import java.util.function.IntUnaryOperator;

/**
 * What a method's original trains with, where the command line says nothing.
 *
 * @param learningRate the largest
 * @param warmup steps of the warm-up, by the number of all steps
 * @param batch windows that go through the model together
 * @param accumulate batches of a step
 * @param tokens of a window, unless the model has fewer positions
 */
public record TrainingDefaults(
    double learningRate, IntUnaryOperator warmup, int batch, int accumulate, int tokens) {
  /** Batches and windows of PB-LLM's program. */
  public TrainingDefaults(double learningRate, IntUnaryOperator warmup) {
    this(learningRate, warmup, 2, 4, 2048);
  }
}
