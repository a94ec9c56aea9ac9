package dev.pbq.spark;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Which part of which input of which batch: in this order the batches of a band come one after the
 * other.
 *
 * @param input index in the pass
 * @param band index of the rows of the input's Hessian
 * @param first window of the batch
 */
record SliceKey(int input, int band, int first) implements Comparable<SliceKey>, Serializable {
  private static final Comparator<SliceKey> ORDER =
      Comparator.comparingInt(SliceKey::input)
          .thenComparingInt(SliceKey::band)
          .thenComparingInt(SliceKey::first);

  @Override
  public int compareTo(SliceKey other) {
    return ORDER.compare(this, other);
  }
}
