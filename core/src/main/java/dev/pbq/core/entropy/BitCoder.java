package dev.pbq.core.entropy;

/** One binary decision after the other, written or read: the same model serves both directions. */
interface BitCoder {
  /** Bits of a probability. */
  int PROBABILITY_BITS = 15;

  /**
   * Codes one decision.
   *
   * @param zero the probability of 0, times 2^15; between 0 and 2^15, both excluded
   * @param bit the decision, which a reader does not look at
   * @return the decision
   */
  int code(int zero, int bit);
}
