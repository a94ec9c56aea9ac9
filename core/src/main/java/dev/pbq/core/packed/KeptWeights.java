package dev.pbq.core.packed;

import java.util.Arrays;

/**
 * Weights that are stored as they are, beside those with codes.
 *
 * @param index their positions {@code row * cols + col}, ascending
 * @param value as float32, finite
 */
public record KeptWeights(int[] index, float[] value) {
  /** None at all. */
  public static final KeptWeights NONE = new KeptWeights(new int[0], new float[0]);

  public KeptWeights {
    if (index.length != value.length) {
      throw new IllegalArgumentException(
          index.length + " positions of " + value.length + " kept weights");
    }
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0 || (i > 0 && index[i] <= index[i - 1])) {
        throw new IllegalArgumentException(
            "position " + i + " of the kept weights is out of order");
      }
      if (!Float.isFinite(value[i])) {
        throw new IllegalArgumentException("kept weight " + i + " is " + value[i]);
      }
    }
  }

  /** How many. */
  public int count() {
    return index.length;
  }

  void requireWithin(int weights) {
    if (index.length > 0 && index[index.length - 1] >= weights) {
      throw new IllegalArgumentException("a kept weight beyond the layer");
    }
  }

  /**
   * Puts those of weights {@code from .. from + count - 1} into {@code w}, which has them at {@code
   * at}.
   */
  void copyTo(float[] w, int at, int from, int count) {
    int found = Arrays.binarySearch(index, from);
    for (int i = found < 0 ? -found - 1 : found; i < index.length && index[i] - from < count; i++) {
      w[at + (index[i] - from)] = value[i];
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof KeptWeights k
        && Arrays.equals(k.index, index)
        && Arrays.equals(k.value, value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(index) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "KeptWeights[" + index.length + "]";
  }
}
