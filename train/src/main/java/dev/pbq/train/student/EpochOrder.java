package dev.pbq.train.student;

import java.util.Random;

/**
 * The order in which a run sees its examples, an endless sequence that follows from the seed alone:
 * every epoch has all examples once, in an order of its own. One thread at a time.
 */
public final class EpochOrder {
  private final int size;
  private final long seed;
  private long shuffledEpoch = -1;
  private int[] order = new int[0];

  /** The order of so many examples, at least one. */
  public EpochOrder(int size, long seed) {
    this.size = size;
    this.seed = seed;
  }

  /** The example at a place of the sequence, counted from 0. */
  public int at(long place) {
    shuffle(place / size);
    return order[(int) (place % size)];
  }

  /** Fisher and Yates' shuffle, with the epoch's own random numbers. */
  private void shuffle(long epoch) {
    if (epoch == shuffledEpoch) {
      return;
    }
    Random random = new Random(seed * 0x9e3779b97f4a7c15L + epoch);
    int[] shuffled = new int[size];
    for (int i = 0; i < size; i++) {
      int at = random.nextInt(i + 1);
      shuffled[i] = shuffled[at];
      shuffled[at] = i;
    }
    order = shuffled;
    shuffledEpoch = epoch;
  }
}
