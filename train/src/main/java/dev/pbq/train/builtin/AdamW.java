package dev.pbq.train.builtin;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101): moments with bias correction, weight decay
 * applied to the weight itself. Works on the weights' own storage.
 */
final class AdamW {
  /**
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay per step and unit of learning rate; norms are left out
   */
  record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

  /** First and second moment of one weight. */
  record Moments(float[] first, float[] second) {}

  private final Settings settings;
  private final Map<String, Moments> moments = new LinkedHashMap<>();
  private int steps;

  AdamW(Settings settings) {
    this.settings = settings;
  }

  /** Starts a step: the bias corrections move on by one. */
  void beginStep() {
    steps++;
  }

  /**
   * Updates one weight in place.
   *
   * @param decays whether weight decay applies to it
   * @param gradientScale factor on the gradient, from clipping
   */
  void update(
      String name,
      FloatBuffer weight,
      FloatBuffer gradient,
      double learningRate,
      boolean decays,
      double gradientScale) {
    int n = weight.capacity();
    Moments m = moments(name, n);
    float[] w = new float[n];
    float[] g = new float[n];
    weight.get(0, w);
    gradient.get(0, g);
    float b1 = (float) settings.beta1();
    float b2 = (float) settings.beta2();
    float clip = (float) gradientScale;
    float correction2 = (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2(), steps)));
    float rate = (float) (learningRate / (1 - Math.pow(settings.beta1(), steps)));
    float keep = decays ? (float) (1 - learningRate * settings.weightDecay()) : 1f;
    float epsilon = (float) settings.epsilon();
    float[] first = m.first();
    float[] second = m.second();
    for (int i = 0; i < n; i++) {
      float d = g[i] * clip;
      first[i] = b1 * first[i] + (1 - b1) * d;
      second[i] = b2 * second[i] + (1 - b2) * d * d;
      float root = (float) Math.sqrt(second[i]) * correction2;
      w[i] = w[i] * keep - rate * first[i] / (root + epsilon);
    }
    weight.put(0, w);
  }

  /** The moments of a weight of {@code n} elements; zeros before its first update. */
  Moments moments(String name, int n) {
    return moments.computeIfAbsent(name, k -> new Moments(new float[n], new float[n]));
  }

  int steps() {
    return steps;
  }

  /** Takes up where a saved run stopped; the moments are filled through {@link #moments}. */
  void resumeAt(int stepsDone) {
    steps = stepsDone;
  }
}
