package dev.pbq.train.layer;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;

/**
 * PB-LLM's salient weights, which stay as they are while the others are trained: a mask, and a code
 * of 8 bits for each on a grid of its row that spans the row's salient weights and 0. (The
 * published program's 8-bit step wraps negative codes around; that defect is not reproduced.)
 *
 * @param mask bit {@code r * cols + c} of words of 64 bits is set where weight [r, c] is salient
 * @param codes [rows * cols]; 0 where a weight is not salient
 * @param grid one grid per row
 */
public record SalientWeights(long[] mask, byte[] codes, AffineGrid grid) {
  private static final int LEVELS = 255;
  private static final float SMALLEST_HALF = 0x1p-24f;

  /** Whether weight {@code i} (row-major) is salient. */
  public boolean contains(int i) {
    return (mask[i >>> 6] >>> i & 1) != 0;
  }

  /** The value of salient weight {@code i} in a matrix of {@code cols} columns. */
  public float value(int i, int cols) {
    return grid.value(i / cols, codes[i] & 0xff);
  }

  /**
   * The mask of the smallest and largest weights of a matrix, half of the fraction each, as the
   * published program counts them: strictly below the {@code floor(n f/2)}-th smallest value, or
   * strictly above the {@code floor(n (1 - f/2))}-th.
   *
   * @param fraction 0..1; 0 for none
   */
  public static long[] largest(FloatMatrix weight, double fraction) {
    float[] w = weight.data();
    long[] mask = new long[(w.length + 63) / 64];
    if (fraction <= 0) {
      return mask;
    }
    float[] sorted = w.clone();
    Arrays.sort(sorted);
    int low = (int) (w.length * fraction / 2);
    int high = (int) (w.length * (1 - fraction / 2));
    float lower = low < 1 ? Float.NEGATIVE_INFINITY : sorted[low - 1];
    float upper = high < 1 ? Float.NEGATIVE_INFINITY : sorted[high - 1];
    for (int i = 0; i < w.length; i++) {
      if (w[i] < lower || w[i] > upper) {
        mask[i >>> 6] |= 1L << i;
      }
    }
    return mask;
  }

  /** Rounds the salient weights of a matrix to grids with scales of a stored type. */
  public static SalientWeights of(String layer, FloatMatrix weight, long[] mask, ScaleDtype dtype) {
    int rows = weight.rows();
    int cols = weight.cols();
    float[] w = weight.data();
    float[] scale = new float[rows];
    int[] zero = new int[rows];
    byte[] codes = new byte[w.length];
    for (int r = 0; r < rows; r++) {
      float least = 0;
      float most = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        if ((mask[i >>> 6] >>> i & 1) != 0) {
          least = Math.min(least, w[i]);
          most = Math.max(most, w[i]);
        }
      }
      float step = least == most ? 1f : (most - least) / LEVELS;
      scale[r] = Math.max(SMALLEST_HALF, dtype.store(step, layer, "scale"));
      zero[r] = Math.min(LEVELS, Math.round(-least / scale[r]));
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        if ((mask[i >>> 6] >>> i & 1) != 0) {
          int code = Math.round(w[i] / scale[r]) + zero[r];
          codes[i] = (byte) Math.max(0, Math.min(LEVELS, code));
        }
      }
    }
    return new SalientWeights(mask, codes, new AffineGrid(8, scale, zero));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SalientWeights s
        && Arrays.equals(s.mask, mask)
        && Arrays.equals(s.codes, codes)
        && s.grid.equals(grid);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mask) + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "SalientWeights[weights=" + codes.length + "]";
  }
}
