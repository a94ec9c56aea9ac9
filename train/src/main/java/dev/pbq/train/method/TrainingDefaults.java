package dev.pbq.train.method;

import java.util.function.IntUnaryOperator;

/**
 * How long and how fast a method's original trains: what holds where a user says nothing.
 *
 * @param learningRate the largest
 * @param batch windows that go through the model together
 * @param accumulate batches of a step
 * @param tokens of a window, if the model has so many positions
 * @param steps of a run
 * @param warmup steps of the warm-up, by all steps
 */
public record TrainingDefaults(
    double learningRate,
    int batch,
    int accumulate,
    int tokens,
    int steps,
    IntUnaryOperator warmup) {}
