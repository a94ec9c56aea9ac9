package dev.pbq.train.optimizer;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The learning rate over a run, as Hugging Face's schedulers compute it: from 0 up to the peak
 * during the warm-up, then by the shape.
 *
 * @param shape after the warm-up
 * @param peak the largest learning rate
 * @param warmup steps of the warm-up; step 0 has rate 0 if there is one
 * @param steps all steps
 */
public record Schedule(Shape shape, double peak, int warmup, int steps) {
  /** How the learning rate falls. */
  public enum Shape {
    /** Not at all. */
    @JsonProperty("constant")
    CONSTANT,
    /** In a straight line to 0. */
    @JsonProperty("linear")
    LINEAR,
    /** By half a cosine to 0. */
    @JsonProperty("cosine")
    COSINE
  }

  /** The learning rate of a step, counted from 0. */
  public double at(int step) {
    if (step < warmup) {
      return peak * step / warmup;
    }
    double done = (double) (step - warmup) / Math.max(1, steps - warmup);
    return switch (shape) {
      case CONSTANT -> peak;
      case LINEAR -> peak * Math.max(0, 1 - done);
      case COSINE -> peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * done)));
    };
  }
}
