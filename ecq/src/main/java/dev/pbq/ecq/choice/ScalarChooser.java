package dev.pbq.ecq.choice;

/**
 * Scalar quantization with entropy-constrained rounding: of the two neighbours and zero, the one
 * with the least squared error plus lambda times code length.
 */
public final class ScalarChooser implements CodeChooser {
  @Override
  public void choose(Run weights, int count, float lambda, CodeLengths lengths, Chosen chosen) {
    float[] table = lengths.table();
    for (int r = 0; r < count; r++) {
      float u = weights.u()[r];
      float a = Math.abs(u);
      int base = weights.base()[r] + weights.shared();
      int k = (int) a;
      float below = a - k;
      float above = 1 - below;
      boolean inside = k + 1 < CodeLengths.SPAN;
      float lower = inside ? table[base + k] : CodeLengths.escape(k);
      float upper = inside ? table[base + k + 1] : CodeLengths.escape(k + 1);
      float cost = below * below + lambda * lower;
      float other = above * above + lambda * upper;
      if (other < cost) {
        cost = other;
        k++;
      }
      if (k > 0 && a * a + lambda * table[base] < cost) {
        k = 0;
      }
      chosen.counts()[base + Math.min(k, CodeLengths.SPAN - 1)]++;
      int code = u < 0 ? -k : k;
      chosen.codes()[r] = code;
      chosen.values()[r] = code;
    }
  }
}
