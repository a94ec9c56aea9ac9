package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat;

/** The default exponent bias of each format. */
public final class ExponentBias {
  private ExponentBias() {}

  /**
   * 2^(bits - 1) - 1: half of the exponents of that many bits are below 0. Numbers of bits that no
   * format has count as the nearest that one has, so that they, not this bias, are complained of.
   */
  public static int half(int exponentBits) {
    int bits = Math.max(1, Math.min(NumberFormat.MAX_EXPONENT_WIDTH, exponentBits));
    return (1 << (bits - 1)) - 1;
  }
}
