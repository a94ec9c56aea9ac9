package dev.pbq.train.tune;

import dev.pbq.train.optimizer.Parameter;

/**
 * Stored numbers that are tuned, as changes t from what they were, so that one learning rate fits
 * all: a scale is s exp(t), a mean or zero point m + u t with a unit u of its own. All t are 0 at
 * the start, where every number is exactly what it was. Rounding to the stored type is the layer's
 * business, and gradients pass it unchanged.
 */
final class TunedVector {
  private final float[] base;
  private final float[] unit;
  private final Parameter change;
  private final double[] gradient;

  /** Numbers that are multiplied where {@code unit} is null, else added to. */
  private TunedVector(String name, float[] base, float[] unit) {
    this.base = base;
    this.unit = unit;
    this.change = Parameter.of(name, new float[base.length], false);
    this.gradient = new double[base.length];
  }

  /** Scales, levels and factors. */
  static TunedVector scales(String name, float[] base) {
    return new TunedVector(name, base, null);
  }

  /**
   * Means and zero points.
   *
   * @param unit the change that counts as 1, for each entry
   */
  static TunedVector offsets(String name, float[] base, float[] unit) {
    return new TunedVector(name, base, unit);
  }

  Parameter parameter() {
    return change;
  }

  boolean isUnchanged() {
    for (float t : change.values()) {
      if (t != 0) {
        return false;
      }
    }
    return true;
  }

  int length() {
    return base.length;
  }

  /** The current number, not rounded. */
  float value(int i) {
    float t = change.values()[i];
    if (t == 0) {
      return base[i];
    }
    return unit == null ? (float) (base[i] * Math.exp(t)) : base[i] + unit[i] * t;
  }

  /** Adds to the loss's derivative with respect to number {@code i}. */
  void add(int i, double derivative) {
    gradient[i] += derivative;
  }

  /** Makes the sums since the last call the gradient of the changes. */
  void finish() {
    for (int i = 0; i < gradient.length; i++) {
      change.gradient()[i] = (float) (gradient[i] * (unit == null ? value(i) : unit[i]));
      gradient[i] = 0;
    }
  }
}
