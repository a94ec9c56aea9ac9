package dev.pbq.core.entropy;

/**
 * Frequencies of {@link Symbols} that sum to 2^12. No symbol has more than 4064 of them, so that
 * none is free.
 */
final class Frequencies {
  static final int BITS = 12;
  static final int TOTAL = 1 << BITS;
  static final int MOST = TOTAL - 32;

  private Frequencies() {}

  /** Frequencies for these counts: nearly proportional, at least 1 where there is a count. */
  static int[] of(long[] counts) {
    long total = 0;
    for (long c : counts) {
      total += c;
    }
    int[] frequencies = new int[Symbols.COUNT];
    if (largest(counts) == total) {
      // One symbol alone, or none; what it may not have goes to another.
      int alone = total == 0 || counts[Symbols.ZERO] > 0 ? Symbols.ZERO : indexOf(counts, total);
      frequencies[alone] = MOST;
      frequencies[alone == Symbols.ESCAPE ? Symbols.ZERO : Symbols.ESCAPE] = TOTAL - MOST;
      return frequencies;
    }
    int sum = 0;
    for (int s = 0; s < frequencies.length; s++) {
      if (counts[s] > 0) {
        long share = Math.round((double) counts[s] * TOTAL / total);
        frequencies[s] = (int) Math.max(1, Math.min(MOST, share));
        sum += frequencies[s];
      }
    }
    while (sum != TOTAL) {
      int step = sum < TOTAL ? 1 : -1;
      frequencies[best(counts, frequencies, step)] += step;
      sum += step;
    }
    return frequencies;
  }

  private static int indexOf(long[] counts, long count) {
    int s = 0;
    while (counts[s] != count) {
      s++;
    }
    return s;
  }

  private static long largest(long[] counts) {
    long largest = 0;
    for (long c : counts) {
      largest = Math.max(largest, c);
    }
    return largest;
  }

  /** The symbol whose change by {@code step} saves most bits, or costs least. */
  private static int best(long[] counts, int[] frequencies, int step) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int s = 0; s < counts.length; s++) {
      int f = frequencies[s] + step;
      if (frequencies[s] > 0 && f > 0 && f <= MOST) {
        double cost = counts[s] * StrictMath.log((double) frequencies[s] / f);
        if (cost < least) {
          least = cost;
          best = s;
        }
      }
    }
    return best;
  }

  /** Whether a reader may use them. */
  static boolean areValid(int[] frequencies) {
    int sum = 0;
    for (int f : frequencies) {
      if (f > MOST) {
        return false;
      }
      sum += f;
    }
    return sum == TOTAL;
  }
}
