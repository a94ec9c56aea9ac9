package dev.pbq.arb.fit;

/**
 * The planes of signs B1 and B2 of a whole block [rows, cols]: 1 stands for +1, 0 for -1. Mutable:
 * each fit writes the places of its group's members and no others; {@code second} stays 0 outside
 * groups of order 2.
 */
public final class SignPlanes {
  private final byte[] first;
  private final byte[] second;

  /** Planes of zeros. */
  public SignPlanes(int rows, int cols) {
    first = new byte[Math.multiplyExact(rows, cols)];
    second = new byte[first.length];
  }

  /** B1, row-major; the array itself. */
  public byte[] first() {
    return first;
  }

  /** B2, row-major; the array itself. */
  public byte[] second() {
    return second;
  }
}
