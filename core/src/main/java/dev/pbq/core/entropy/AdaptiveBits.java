package dev.pbq.core.entropy;

import java.util.Arrays;

/**
 * Probabilities of binary decisions, one for each context, that follow what has been seen: the
 * first visits move them fast, later ones by 1/250. Integers only.
 */
final class AdaptiveBits {
  /** Probabilities are multiples of 2^-22 while they are learned. */
  private static final int FINE_BITS = 22;

  private static final int SLOWEST = 250;
  private static final int DROPPED = FINE_BITS - BitCoder.PROBABILITY_BITS;

  /** The rarest decision has the probability 32 / 4096. */
  private static final int LEAST = 1 << (BitCoder.PROBABILITY_BITS - 7);

  private static final int MOST = (1 << BitCoder.PROBABILITY_BITS) - LEAST;
  private static final int RATE_BITS = 16;

  /** Probabilities of 0. */
  private final int[] zero;

  private final int[] visits;
  private final int[] rates = rates();

  AdaptiveBits(int contexts) {
    zero = new int[contexts];
    Arrays.fill(zero, 1 << (FINE_BITS - 1));
    visits = new int[contexts];
  }

  /** The share of the way to what was seen, for each number of visits: 1 / (visits + 1.6). */
  private static int[] rates() {
    int[] rates = new int[SLOWEST];
    for (int i = 0; i < SLOWEST; i++) {
      rates[i] = Math.max(10 * (1 << RATE_BITS) / (10 * i + 16), (1 << RATE_BITS) / SLOWEST);
    }
    return rates;
  }

  /** Codes a decision in a context and learns from it. */
  int code(BitCoder coder, int context, int bit) {
    int p = zero[context];
    int coarse = Math.min(Math.max(p >>> DROPPED, LEAST), MOST);
    int seen = coder.code(coarse, bit);
    int target = seen == 0 ? 1 << FINE_BITS : 0;
    int n = visits[context];
    zero[context] = p + (int) (((long) (target - p) * rates[n]) >> RATE_BITS);
    if (n < SLOWEST - 1) {
      visits[context] = n + 1;
    }
    return seen;
  }
}
