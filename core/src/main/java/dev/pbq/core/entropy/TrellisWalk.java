package dev.pbq.core.entropy;

/** The states that a trellis goes through, down the rows of a column. */
final class TrellisWalk {
  private final Trellis trellis;
  private final int segmentRows;
  private int state;
  private int left;

  TrellisWalk(Trellis trellis, int segmentRows) {
    this.trellis = trellis;
    this.segmentRows = segmentRows;
    restart();
  }

  /** Goes to the top of a column. */
  void restart() {
    state = 0;
    left = segmentRows;
  }

  /** The quantizer of the next row; the code leads on to the row after it. */
  int quantizer(int k) {
    int quantizer = quantizer();
    advance(k);
    return quantizer;
  }

  /** The quantizer of the next row. */
  int quantizer() {
    if (left == 0) {
      restart();
    }
    return trellis.quantizer(state);
  }

  /** Goes to the row after the next, whose code is {@code k}. */
  void advance(int k) {
    state = trellis.next(state, k);
    left--;
  }
}
