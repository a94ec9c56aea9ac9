package dev.pbq.hqq.algebra;

/**
 * Two-bit codes as a binary and a ternary matrix: with v = q - 1 in {-1, 0, 1, 2}, v = b + t where
 * b = [v >= 1] and t = v - b, so that a product with v takes additions and subtractions only. Since
 * (q - z) = (v - (z - 1)), zero points shrink by one with the codes.
 *
 * @param binary b, entries 0 and 1
 * @param ternary t, entries -1, 0 and 1
 */
public record BinaryTernary(byte[] binary, byte[] ternary) {
  /** What the split subtracts from codes, and from zero points with them. */
  public static final int SHIFT = 1;

  /**
   * Splits codes.
   *
   * @param codes 0 to 3
   * @throws IllegalArgumentException if a code is another
   */
  public static BinaryTernary of(byte[] codes) {
    byte[] binary = new byte[codes.length];
    byte[] ternary = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] < 0 || codes[i] > 3) {
        throw new IllegalArgumentException("code " + (codes[i] & 0xff) + " has more than two bits");
      }
      int v = codes[i] - SHIFT;
      int b = v >= 1 ? 1 : 0;
      binary[i] = (byte) b;
      ternary[i] = (byte) (v - b);
    }
    return new BinaryTernary(binary, ternary);
  }

  /**
   * The sum of x_i v_i over a run, by additions and subtractions.
   *
   * @param x inputs, from 0 on
   * @param from the run's first code
   * @param count its length
   */
  public double dot(double[] x, int from, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      if (binary[from + i] != 0) {
        sum += x[i];
      }
      if (ternary[from + i] > 0) {
        sum += x[i];
      } else if (ternary[from + i] < 0) {
        sum -= x[i];
      }
    }
    return sum;
  }
}
