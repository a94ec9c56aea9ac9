package dev.pbq.core.entropy;

/** Numbers of a few bits, each bit from the highest on in a context of the bits before it. */
final class SmallNumbers {
  private final int width;
  private final AdaptiveBits bits;

  /** Numbers below {@code 2^width}, with statistics of their own in each context. */
  SmallNumbers(int contexts, int width) {
    this.width = width;
    this.bits = new AdaptiveBits(contexts << width);
  }

  /** Codes a number, which a reader does not look at. */
  int code(BitCoder coder, int context, int number) {
    int node = 1;
    for (int i = width - 1; i >= 0; i--) {
      node = 2 * node + bits.code(coder, (context << width) + node, (number >>> i) & 1);
    }
    return node - (1 << width);
  }
}
