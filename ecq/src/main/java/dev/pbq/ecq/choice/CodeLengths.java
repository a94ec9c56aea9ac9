package dev.pbq.ecq.choice;

import java.util.Arrays;

/**
 * What codes cost in bits, for each context and quantizer, as the coder is expected to store them.
 * A code and its negative cost the same. Immutable.
 *
 * <p>Flat, so that inner loops look up {@code table[base + |k|]}: context after context, within it
 * quantizer after quantizer, {@link #SPAN} magnitudes each.
 */
public final class CodeLengths {
  /** Magnitudes that have an entry of their own. */
  public static final int SPAN = 64;

  private static final double UNSEEN = 0.02;

  /** How many codes' worth of weight all contexts together have in each of them. */
  private static final double POOLED = 8;

  private final int quantizers;
  private final int contexts;
  private final float[] table;

  private CodeLengths(int quantizers, int contexts, float[] table) {
    this.quantizers = quantizers;
    this.contexts = contexts;
    this.table = table;
  }

  /** Before anything is known: {@code first + growth |k|}. */
  public static CodeLengths linear(int quantizers, int contexts, double first, double growth) {
    float[] table = new float[contexts * quantizers * SPAN];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) Math.min(first + growth * (i % SPAN), escape(i % SPAN));
    }
    return new CodeLengths(quantizers, contexts, table);
  }

  /**
   * The ideal lengths for codes that occur as often as these did.
   *
   * @param counts laid out as the table; magnitudes beyond it count as the last
   */
  public static CodeLengths of(int quantizers, int contexts, long[] counts) {
    float[] table = new float[counts.length];
    int width = quantizers * SPAN;
    double[] pooled = new double[width];
    for (int i = 0; i < counts.length; i++) {
      pooled[i % width] += counts[i];
    }
    for (int q = 0; q < quantizers; q++) {
      double all = sum(pooled, q * SPAN);
      for (int c = 0; c < contexts; c++) {
        int base = c * width + q * SPAN;
        double prior = contexts == 1 || all == 0 ? 0 : POOLED / all;
        double total = prior * all + SPAN * UNSEEN;
        for (int k = 0; k < SPAN; k++) {
          total += counts[base + k];
        }
        for (int k = 0; k < SPAN; k++) {
          double share = (counts[base + k] + prior * pooled[q * SPAN + k] + UNSEEN) / total;
          // Half of what is not zero has the other sign.
          double bits = -Math.log(k == 0 ? share : share / 2) / Math.log(2);
          table[base + k] = (float) Math.min(bits, escape(k));
        }
      }
    }
    return new CodeLengths(quantizers, contexts, table);
  }

  private static double sum(double[] values, int from) {
    return Arrays.stream(values, from, from + SPAN).sum();
  }

  /** Codes of any size have a length: that of the escape code. */
  static float escape(int magnitude) {
    return 8 + 2 * (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(1 + magnitude));
  }

  /** Bits of one code. */
  public float length(int base, int magnitude) {
    return magnitude < SPAN ? table[base + magnitude] : escape(magnitude);
  }

  /** Where a context's lengths start; those of its second quantizer are {@link #SPAN} later. */
  public int base(int context) {
    return context * quantizers * SPAN;
  }

  public int quantizers() {
    return quantizers;
  }

  public int contexts() {
    return contexts;
  }

  /** The lengths themselves; not to be changed. */
  float[] table() {
    return table;
  }

  /** Room for the counts of {@link #of}. */
  public int size() {
    return table.length;
  }
}
