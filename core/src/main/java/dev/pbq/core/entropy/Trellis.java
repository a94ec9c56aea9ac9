package dev.pbq.core.entropy;

/**
 * What integer codes k are worth, in steps of their column: one scalar quantizer, or two of them
 * that a state machine chooses between, so that the points in reach of a whole sequence lie closer
 * than those of any one weight (trellis-coded quantization, Marcellin and Fischer 1990; with
 * entropy coding and two union codebooks, Fischer and Wang 1992; the transitions follow
 * Ungerboeck's trellis).
 *
 * <p>Quantizer 0 has the values 2k, quantizer 1 has 2k - sgn(k). A sequence starts in state 0; the
 * parity of each code leads to the next state.
 */
public enum Trellis {
  /** No trellis: the value of k is k. */
  SCALAR(0, 0),
  /** Four states. */
  FOUR(0, 2, 2, 0, 1, 3, 3, 1),
  /** Eight states. */
  EIGHT(0, 2, 5, 7, 1, 3, 6, 4, 2, 0, 4, 6, 3, 1, 7, 5);

  private static final int BITS = 3;

  private final int states;

  /** The state after each state and parity, three bits each. */
  private final long next;

  Trellis(int... next) {
    long table = 0;
    for (int i = 0; i < next.length; i++) {
      table |= (long) next[i] << (BITS * i);
    }
    this.states = next.length / 2;
    this.next = table;
  }

  /** The trellis with this number of states: 1, 4 or 8. */
  public static Trellis of(int states) {
    return switch (states) {
      case 1 -> SCALAR;
      case 4 -> FOUR;
      case 8 -> EIGHT;
      default -> throw new IllegalArgumentException("a trellis of " + states + " states");
    };
  }

  /** Number of states. */
  public int states() {
    return states;
  }

  /** Number of quantizers: 1 or 2. */
  public int quantizers() {
    return this == SCALAR ? 1 : 2;
  }

  /** The quantizer that a state uses: 0 or 1. */
  public int quantizer(int state) {
    return switch (this) {
      case SCALAR -> 0;
      case FOUR -> state >> 1;
      case EIGHT -> state & 1;
    };
  }

  /** The state after code {@code k}; only its parity counts. */
  public int next(int state, int k) {
    return (int) (next >>> (BITS * (2 * state + (k & 1)))) & 7;
  }

  /**
   * The value of code {@code k} of a quantizer, in steps, rounded to float32: what stored weights
   * are made of.
   */
  public float level(int quantizer, int k) {
    return this == SCALAR ? k : (float) (2.0 * k - quantizer * Integer.signum(k));
  }
}
