package dev.pbq.search.sampler;

import java.util.List;

/**
 * A configuration that was tried. Both figures are better the larger they are.
 *
 * @param choices the choice of each variable of the space, from 0
 * @param quality minus infinity if the model gave no finite result
 * @param density memory density, against float32
 */
public record Trial(List<Integer> choices, double quality, double density) {
  public Trial {
    choices = List.copyOf(choices);
    if (Double.isNaN(quality) || !(density > 0) || Double.isInfinite(density)) {
      throw new IllegalArgumentException("quality " + quality + ", density " + density);
    }
  }

  /** Whether there was a finite result. */
  public boolean succeeded() {
    return quality > Double.NEGATIVE_INFINITY;
  }

  /** Whether this is no worse in either figure, and better in one. */
  public boolean dominates(Trial other) {
    return quality >= other.quality
        && density >= other.density
        && (quality > other.quality || density > other.density);
  }

  /** Bits per number. */
  public double bits() {
    return 32 / density;
  }
}
