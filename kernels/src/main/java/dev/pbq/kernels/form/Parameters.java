package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.tensor.Half;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/** Scale and zero of every group of every row, tile by tile: a weight is scale * (code - zero). */
interface Parameters {
  /**
   * Adds a run to the results of a tile for one vector, as {@link Lanes#fold}.
   *
   * @param sums [ROWS] from the start
   * @param inputs the sum of the inputs of each run
   * @param run which of them this is
   * @param y [ROWS] from {@code yAt} on
   */
  void fold(
      Lanes lanes, int tile, int group, float[] sums, float[] inputs, int run, float[] y, int yAt);

  /**
   * Widens those of a group of a tile, for {@link Lanes#fold} with many vectors.
   *
   * @param to receives scales [ROWS], then zeros [ROWS]
   */
  void widen(Lanes lanes, int tile, int group, float[] to);

  float scale(int row, int group);

  float zero(int row, int group);

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
    public void fold(
        Lanes lanes,
        int tile,
        int group,
        float[] sums,
        float[] inputs,
        int run,
        float[] y,
        int yAt) {
      int at = (tile * groups + group) * 2 * ROWS;
      lanes.fold(values, at, sums, 0, inputs, run, 1, y, yAt);
    }

    @Override
    public void widen(Lanes lanes, int tile, int group, float[] to) {
      System.arraycopy(values, (tile * groups + group) * 2 * ROWS, to, 0, 2 * ROWS);
    }

    @Override
    public float scale(int row, int group) {
      return values[(row / ROWS * groups + group) * 2 * ROWS + row % ROWS];
    }

    @Override
    public float zero(int row, int group) {
      return values[((row / ROWS * groups + group) * 2 + 1) * ROWS + row % ROWS];
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
    public void fold(
        Lanes lanes,
        int tile,
        int group,
        float[] sums,
        float[] inputs,
        int run,
        float[] y,
        int yAt) {
      int at = (tile * groups + group) * ROWS;
      lanes.foldHalves(pairs, at, sums, 0, inputs[run], y, yAt);
    }

    @Override
    public void widen(Lanes lanes, int tile, int group, float[] to) {
      lanes.widen(pairs, (tile * groups + group) * ROWS, to);
    }

    @Override
    public float scale(int row, int group) {
      return Half.toFloat((short) pairs[(row / ROWS * groups + group) * ROWS + row % ROWS]);
    }

    @Override
    public float zero(int row, int group) {
      int pair = pairs[(row / ROWS * groups + group) * ROWS + row % ROWS];
      return Half.toFloat((short) (pair >>> 16));
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
    public void fold(
        Lanes lanes,
        int tile,
        int group,
        float[] sums,
        float[] inputs,
        int run,
        float[] y,
        int yAt) {
      int at = (tile * groups + group) * ROWS;
      lanes.fold(scales, at, zero, sums, 0, inputs[run], y, yAt);
    }

    @Override
    public void widen(Lanes lanes, int tile, int group, float[] to) {
      System.arraycopy(scales, (tile * groups + group) * ROWS, to, 0, ROWS);
      Arrays.fill(to, ROWS, 2 * ROWS, zero);
    }

    @Override
    public float scale(int row, int group) {
      return scales[(row / ROWS * groups + group) * ROWS + row % ROWS];
    }

    @Override
    public float zero(int row, int group) {
      return zero;
    }

    @Override
    public long bytes() {
      return 4L * scales.length;
    }
  }
}
