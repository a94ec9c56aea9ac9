package dev.pbq.formats.arithmetic;

/** The choice between the reference program's arithmetic with its defects and the corrected one. */
public enum Rules {
  /**
   * Everything on the format's grid: numbers of at most 1e-8 become 0, exponents end at 127, block
   * minifloat's bias puts the highest binade at the block's maximum.
   */
  FIXED,
  /**
   * As the reference: numbers of at most 1e-8 pass through, exponents may reach 128 and give
   * infinity or NaN, block minifloat's bias is the exponent of the block's maximum.
   */
  COMPAT
}
