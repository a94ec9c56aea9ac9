package dev.pbq.kernels.form;

/**
 * How many runs a tile goes through before the next tile begins: as many as have inputs that stay
 * in the nearest cache, so that the codes of a tile are read in the order in which they are stored.
 */
final class NearInputs {
  private static final int NUMBERS = 1 << 12;

  private NearInputs() {}

  /**
   * The end of the runs from {@code first} on; at least one.
   *
   * @param firstPosition of each run, and the end of the last
   * @param numbers of the inputs for each position
   */
  static int end(int[] firstPosition, int first, int numbers) {
    int most = firstPosition[first] + NUMBERS / numbers;
    int end = first + 1;
    while (end + 1 < firstPosition.length && firstPosition[end + 1] <= most) {
      end++;
    }
    return end;
  }
}
