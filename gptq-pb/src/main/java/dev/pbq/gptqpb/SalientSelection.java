package dev.pbq.gptqpb;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.List;

/**
 * Which weights are salient ({@code docs/methods/pb-llm.md#what-is-computed}). Over all rows *
 * columns entries of a group of columns together, t is the entry of rank floor(entries * lowFrac)
 * of the ascending saliencies, found exactly by counting digits instead of sorting; a weight is low
 * if its saliency is at most t, so ties are low.
 */
public final class SalientSelection {
  /** Rows of a tile; 64, so that the bits of a tile fill whole words. */
  private static final int TILE = 64;

  private static final int DIGIT = 10;
  private static final int VALUES = 1 << (DIGIT + 1);

  private final FloatMatrix w;
  private final boolean[] dead;
  private final float[] squaredPivots;
  private final long[] salient;
  private long lowCount;

  private SalientSelection(FloatMatrix w, int[] deadColumns, float[] pivots) {
    this.w = w;
    this.dead = new boolean[w.cols()];
    for (int c : deadColumns) {
      dead[c] = true;
    }
    this.squaredPivots = pivots == null ? null : new float[pivots.length];
    for (int c = 0; pivots != null && c < pivots.length; c++) {
      squaredPivots[c] = pivots[c] * pivots[c];
    }
    this.salient = new long[(int) (((long) w.rows() * w.cols() + 63) / 64)];
  }

  /**
   * Selects.
   *
   * @param w weights [rows, cols]
   * @param deadColumns columns whose weights count as zero
   * @param pivots the diagonal of the inverse factor for the Hessian metric, null for magnitude
   * @param groupColumns columns of a group
   * @param lowFrac share of entries that are low, between 0 and 1
   */
  public static SalientSelection of(
      FloatMatrix w, int[] deadColumns, float[] pivots, int groupColumns, double lowFrac) {
    SalientSelection selection = new SalientSelection(w, deadColumns, pivots);
    for (int from = 0; from < w.cols(); from += groupColumns) {
      selection.select(from, Math.min(w.cols(), from + groupColumns), lowFrac);
    }
    return selection;
  }

  /** Bit {@code r * cols + c} of the salient weights; not a copy. */
  public long[] salientBits() {
    return salient;
  }

  /** Whether weight [row, column] is salient. */
  public boolean isSalient(int row, int column) {
    int i = row * w.cols() + column;
    return (salient[i >>> 6] >>> (i & 63) & 1) != 0;
  }

  /** How many weights are low. */
  public long lowCount() {
    return lowCount;
  }

  private void select(int from, int to, double lowFrac) {
    long entries = (long) w.rows() * (to - from);
    long rank = Math.min(entries - 1, (long) (entries * lowFrac));
    int threshold = 0;
    // Saliencies are not negative, so their bit patterns are ordered as they are: 31 bits, taken as
    // digits of 11, 10 and 10.
    for (int shift = 2 * DIGIT; shift >= 0; shift -= DIGIT) {
      int[] counts = count(from, to, shift, threshold);
      int digit = 0;
      while (rank >= counts[digit]) {
        rank -= counts[digit++];
      }
      threshold |= digit << shift;
    }
    float t = Float.intBitsToFloat(threshold);
    List<Long> low =
        Parallel.mapRanges(w.rows(), TILE, (first, end) -> mark(first, end, from, to, t));
    for (long count : low) {
      lowCount += count;
    }
  }

  /** Histogram of the digit at {@code shift} over entries that agree with {@code prefix} above. */
  private int[] count(int from, int to, int shift, int prefix) {
    List<int[]> parts =
        Parallel.mapRanges(
            w.rows(),
            TILE,
            (first, end) -> {
              int[] counts = new int[VALUES];
              float[] a = new float[to - from];
              for (int r = first; r < end; r++) {
                saliency(r, from, to, a);
                if (shift == 2 * DIGIT) {
                  countFirst(a, counts);
                } else {
                  countNext(a, shift, prefix >>> (shift + DIGIT), counts);
                }
              }
              return counts;
            });
    int[] sum = new int[VALUES];
    for (int[] part : parts) {
      for (int d = 0; d < VALUES; d++) {
        sum[d] += part[d];
      }
    }
    return sum;
  }

  private static void countFirst(float[] a, int[] counts) {
    for (float v : a) {
      counts[Float.floatToRawIntBits(v) >>> (2 * DIGIT)]++;
    }
  }

  private static void countNext(float[] a, int shift, int above, int[] counts) {
    for (float v : a) {
      int bits = Float.floatToRawIntBits(v);
      if (bits >>> (shift + DIGIT) == above) {
        counts[(bits >>> shift) & ((1 << DIGIT) - 1)]++;
      }
    }
  }

  /** Sets the bits of rows [first, end); returns how many entries are low. */
  private long mark(int first, int end, int from, int to, float threshold) {
    float[] a = new float[to - from];
    long low = 0;
    for (int r = first; r < end; r++) {
      saliency(r, from, to, a);
      int base = r * w.cols() + from;
      for (int k = 0; k < a.length; k++) {
        if (a[k] <= threshold) {
          low++;
        } else {
          salient[(base + k) >>> 6] |= 1L << (base + k);
        }
      }
    }
    return low;
  }

  private void saliency(int row, int from, int to, float[] out) {
    float[] data = w.data();
    int base = row * w.cols() + from;
    if (squaredPivots == null) {
      for (int k = 0; k < out.length; k++) {
        out[k] = Math.abs(data[base + k]);
      }
    } else {
      for (int k = 0; k < out.length; k++) {
        out[k] = data[base + k] * data[base + k] / squaredPivots[from + k];
      }
    }
    for (int c = from; c < to; c++) {
      if (dead[c]) {
        out[c - from] = 0f;
      }
    }
  }
}
