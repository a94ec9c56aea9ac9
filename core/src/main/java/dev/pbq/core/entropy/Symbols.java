package dev.pbq.core.entropy;

/** What the static coder has frequencies of: an escape, and the codes from -14 to 14. */
final class Symbols {
  /** The largest |k| that is a symbol. */
  static final int LARGEST = 14;

  /** Says that the code follows elsewhere. */
  static final int ESCAPE = 0;

  /** Symbol of k = 0. */
  static final int ZERO = LARGEST + 1;

  static final int COUNT = 2 * LARGEST + 2;

  /** Bits of a symbol where it is packed with other numbers. */
  static final int BITS = 5;

  private Symbols() {}

  static int of(int k) {
    return k >= -LARGEST && k <= LARGEST ? k + ZERO : ESCAPE;
  }
}
