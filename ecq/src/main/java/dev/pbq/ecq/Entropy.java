package dev.pbq.ecq;

import dev.pbq.ecq.choice.CodeLengths;

/** What codes that occur so often cost at least, with a sign for each that is not 0. */
final class Entropy {
  private Entropy() {}

  /**
   * Bits in all.
   *
   * @param counts as {@link CodeLengths#of} takes them
   */
  static double bits(long[] counts) {
    double bits = 0;
    for (int from = 0; from < counts.length; from += CodeLengths.SPAN) {
      double total = 0;
      for (int k = 0; k < CodeLengths.SPAN; k++) {
        total += counts[from + k];
      }
      bits += total - counts[from];
      for (int k = 0; k < CodeLengths.SPAN; k++) {
        double n = counts[from + k];
        bits -= n == 0 ? 0 : n * Math.log(n / total) / Math.log(2);
      }
    }
    return bits;
  }
}
