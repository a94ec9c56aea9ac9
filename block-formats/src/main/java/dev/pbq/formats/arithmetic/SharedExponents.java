package dev.pbq.formats.arithmetic;

import dev.pbq.core.parallel.Parallel;
import java.nio.FloatBuffer;

/**
 * The exponents or biases that the blocks of a tensor share, found from the largest magnitude in
 * each block.
 */
final class SharedExponents {
  private static final int TASK = 1 << 15;

  private SharedExponents() {}

  /**
   * Finds it.
   *
   * @param scope blocks that make up a tensor: a block of zeros takes the smallest other maximum of
   *     its tensor
   * @return for each tile its code, or {@link Encoder#ALL_NAN}
   */
  static int[] of(FloatBuffer x, Tiling tiling, int scope, Encoder encoder, Rules rules) {
    float[] max = maxima(x, tiling);
    for (int from = 0; from < max.length; from += scope) {
      fillZeros(max, from, from + scope, rules);
    }
    int[] shared = new int[max.length];
    for (int i = 0; i < max.length; i++) {
      shared[i] = Float.isNaN(max[i]) ? Encoder.ALL_NAN : encoder.shared(max[i]);
    }
    return shared;
  }

  /** NaN where a tile holds one. */
  private static float[] maxima(FloatBuffer x, Tiling tiling) {
    float[] max = new float[tiling.tiles()];
    int bands = tiling.matrices() * tiling.down();
    int bandsPerTask = Math.max(1, TASK / Math.max(1, tiling.tileRows() * tiling.cols()));
    Parallel.forEachRange(
        bands,
        bandsPerTask,
        (firstBand, endBand) -> {
          float[] row = new float[tiling.cols()];
          for (int band = firstBand; band < endBand; band++) {
            int matrix = band / tiling.down();
            int first = band % tiling.down() * tiling.tileRows();
            int last = Math.min(tiling.rows(), first + tiling.tileRows());
            for (int r = first; r < last; r++) {
              x.get((matrix * tiling.rows() + r) * tiling.cols(), row);
              raise(max, band * tiling.across(), row, tiling.tileCols());
            }
          }
        });
    return max;
  }

  private static void raise(float[] max, int firstTile, float[] row, int tileCols) {
    int tile = firstTile;
    for (int from = 0; from < row.length; from += tileCols, tile++) {
      int to = Math.min(row.length, from + tileCols);
      max[tile] = Math.max(max[tile], largestMagnitude(row, from, to));
    }
  }

  /** As integers, magnitudes have the order of the numbers, with NaN above all. */
  private static float largestMagnitude(float[] row, int from, int to) {
    int first = 0;
    int second = 0;
    int third = 0;
    int fourth = 0;
    int c = from;
    for (; c + 4 <= to; c += 4) {
      first = Math.max(first, magnitude(row[c]));
      second = Math.max(second, magnitude(row[c + 1]));
      third = Math.max(third, magnitude(row[c + 2]));
      fourth = Math.max(fourth, magnitude(row[c + 3]));
    }
    for (; c < to; c++) {
      first = Math.max(first, magnitude(row[c]));
    }
    return Float.intBitsToFloat(Math.max(Math.max(first, second), Math.max(third, fourth)));
  }

  private static int magnitude(float number) {
    return Float.floatToRawIntBits(number) & Integer.MAX_VALUE;
  }

  private static void fillZeros(float[] max, int from, int to, Rules rules) {
    boolean zeros = false;
    float smallest = Float.POSITIVE_INFINITY;
    boolean others = false;
    for (int i = from; i < to; i++) {
      if (max[i] == 0) {
        zeros = true;
      } else if (rules == Rules.COMPAT || !Float.isNaN(max[i])) {
        others = true;
        smallest = Math.min(smallest, max[i]);
      }
    }
    if (!zeros) {
      return;
    }
    float filling = others ? smallest : 1;
    for (int i = from; i < to; i++) {
      if (max[i] == 0) {
        max[i] = filling;
      }
    }
  }
}
