package dev.pbq.formats.arithmetic;

import dev.pbq.core.packed.NumberFormat.BlockFloat;
import java.util.Arrays;

/**
 * Rounds a row of numbers to block floating point without looking at codes: what {@link
 * BlockFloatEncoder} and the values of its codes give, bit for bit, in one loop over the row that
 * the compiler can compute several numbers at a time of.
 */
final class BlockFloatRounding {
  /** Scales and the values of codes are normal numbers of float32 up to it. */
  private static final int MOST_POWER = 126;

  /** Makes 1 or more of any normal number; what is smaller rounds to 0. */
  private static final float TO_SIGN = 0x1p126f;

  private final int mantissaBits;
  private final int bias;

  BlockFloatRounding(BlockFloat format) {
    this.mantissaBits = format.width() - 1;
    this.bias = format.bias();
  }

  /**
   * Rounds a row.
   *
   * @param x [cols]
   * @param shared what the tiles of the row share, from {@code firstTile} on
   * @param scales [cols], overwritten
   * @param results [cols], receives the rounded numbers, never -0
   * @return whether it did: not where a block is so large or small that its numbers need a closer
   *     look
   */
  boolean round(
      float[] x, int tileCols, int[] shared, int firstTile, float[] scales, float[] results) {
    boolean usual = true;
    int tile = firstTile;
    for (int from = 0; from < x.length; from += tileCols, tile++) {
      int power = mantissaBits + bias - shared[tile];
      boolean nan = shared[tile] == Encoder.ALL_NAN;
      if (!nan && (power < BlockFloatEncoder.LEAST_POWER || power > MOST_POWER)) {
        return false;
      }
      usual &= nan || power <= BlockFloatEncoder.MOST_POWER;
      int to = Math.min(x.length, from + tileCols);
      Arrays.fill(scales, from, to, nan ? Float.NaN : (float) Powers.of(power));
    }
    scale(x, scales, results);
    if (!usual) {
      dropNearZero(x, results);
    }
    float largest = (1 << mantissaBits) - 1;
    for (int i = 0; i < x.length; i++) {
      float whole = results[i] + BlockFloatEncoder.ROUNDER - BlockFloatEncoder.ROUNDER;
      // The sum with 0 makes +0 of -0; the quotient by a power of two is exact.
      results[i] = Math.max(-largest, Math.min(largest, whole)) / scales[i] + 0f;
    }
    return true;
  }

  private static void scale(float[] x, float[] scales, float[] scaled) {
    for (int i = 0; i < x.length; i++) {
      float sign = Math.max(-1f, Math.min(1f, x[i] * TO_SIGN));
      scaled[i] = (x[i] + sign * Encoder.EPSILON) * scales[i];
    }
  }

  /** Times 0 where the number is near zero, times 1 elsewhere. */
  private static void dropNearZero(float[] x, float[] scaled) {
    for (int i = 0; i < x.length; i++) {
      float beyond = (Math.abs(x[i]) - Encoder.NEAR_ZERO) * TO_SIGN;
      scaled[i] *= Math.max(0f, Math.min(1f, beyond));
    }
  }
}
