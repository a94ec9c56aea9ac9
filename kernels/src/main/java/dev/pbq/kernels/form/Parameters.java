package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.tensor.Half;
import dev.pbq.kernels.lanes.Lanes;

/** Scale and zero of every group of every row, tile by tile: a weight is scale * (code - zero). */
interface Parameters {
  /**
   * Scales [ROWS] and zeros [ROWS] of a group of a tile.
   *
   * @param scratch [2 * ROWS], for what is not stored as it is used
   * @return an array that has them from {@link #at} on: the scratch, or the store itself
   */
  float[] of(Lanes lanes, int tile, int group, float[] scratch);

  /** Where in the array of {@link #of} they begin. */
  int at(int tile, int group);

  long bytes();

  /**
   * The narrowest store that holds all numbers exactly.
   *
   * @param values [tiles, groups, 2, ROWS]; kept
   */
  static Parameters of(int groups, float[] values) {
    return oneZero(values)
        ? ScalesAlone.of(groups, values)
        : halves(values) ? HalfPairs.of(groups, values) : new Plain(groups, values);
  }

  private static boolean halves(float[] values) {
    for (float v : values) {
      if (Float.floatToRawIntBits(Half.round(v)) != Float.floatToRawIntBits(v)) {
        return false;
      }
    }
    return true;
  }

  /** Whether all zeros are the same number, and scales would not fit in halves beside it. */
  private static boolean oneZero(float[] values) {
    for (int i = 0; i < values.length; i += 2 * ROWS) {
      for (int r = ROWS; r < 2 * ROWS; r++) {
        if (values[i + r] != values[ROWS]) {
          return false;
        }
      }
    }
    return !halves(values);
  }

  /** float32, both. */
  record Plain(int groups, float[] values) implements Parameters {
    @Override
    public float[] of(Lanes lanes, int tile, int group, float[] scratch) {
      return values;
    }

    @Override
    public int at(int tile, int group) {
      return (tile * groups + group) * 2 * ROWS;
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }

  /** Two binary16 numbers to a word. */
  record HalfPairs(int groups, int[] pairs) implements Parameters {
    static HalfPairs of(int groups, float[] values) {
      int[] pairs = new int[values.length / 2];
      for (int i = 0; i < pairs.length; i++) {
        int at = i / ROWS * 2 * ROWS + i % ROWS;
        int scale = Half.fromFloat(values[at]) & 0xffff;
        pairs[i] = scale | Half.fromFloat(values[at + ROWS]) << 16;
      }
      return new HalfPairs(groups, pairs);
    }

    @Override
    public float[] of(Lanes lanes, int tile, int group, float[] scratch) {
      lanes.widen(pairs, (tile * groups + group) * ROWS, scratch);
      return scratch;
    }

    @Override
    public int at(int tile, int group) {
      return 0;
    }

    @Override
    public long bytes() {
      return 4L * pairs.length;
    }
  }

  /** float32 scales, and one zero for the whole layer, as of signs. */
  record ScalesAlone(int groups, float zero, float[] scales) implements Parameters {
    static ScalesAlone of(int groups, float[] values) {
      float[] scales = new float[values.length / 2];
      for (int i = 0; i < scales.length; i += ROWS) {
        System.arraycopy(values, 2 * i, scales, i, ROWS);
      }
      return new ScalesAlone(groups, values[ROWS], scales);
    }

    @Override
    public float[] of(Lanes lanes, int tile, int group, float[] scratch) {
      System.arraycopy(scales, (tile * groups + group) * ROWS, scratch, 0, ROWS);
      java.util.Arrays.fill(scratch, ROWS, 2 * ROWS, zero);
      return scratch;
    }

    @Override
    public int at(int tile, int group) {
      return 0;
    }

    @Override
    public long bytes() {
      return 4L * scales.length;
    }
  }
}
