package dev.pbq.core.entropy;

import java.util.HashMap;
import java.util.Map;

/** The entropy of what is in an array. */
final class Entropy {
  private Entropy() {}

  /** Bits of a code, with the frequencies of the codes themselves as probabilities. */
  static double of(Codes codes) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int c = 0; c < codes.cols(); c++) {
      for (int r = 0; r < codes.rows(); r++) {
        counts.merge(codes.get(r, c), 1, Integer::sum);
      }
    }
    double total = (double) codes.rows() * codes.cols();
    double bits = 0;
    for (int count : counts.values()) {
      bits -= count / total * Math.log(count / total) / Math.log(2);
    }
    return bits;
  }
}
