package dev.pbq.formats.arithmetic;

/** Powers of two as float64. */
final class Powers {
  private Powers() {}

  /** 2^n for n in -1022..1023. */
  static double of(int n) {
    return Double.longBitsToDouble((n + 1023L) << 52);
  }
}
