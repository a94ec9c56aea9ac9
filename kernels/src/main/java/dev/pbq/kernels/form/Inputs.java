package dev.pbq.kernels.form;

import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/**
 * Vectors x in the order of a layer's positions, each number divided by the power of two that its
 * code is multiplied with where it stands in its word (exact, but for numbers below 2^-95, and for
 * those from 2^64 on with codes of one bit).
 *
 * @param x [positions, columns, copies]
 * @param sums of the inputs of each run [runs, columns]
 * @param starts where the even sums of each run start [runs, columns]: half the code range times
 *     the inputs of those codes that are stored less that half
 * @param columns 1, or {@link Lanes#COLUMNS}
 */
record Inputs(float[] x, float[] sums, float[] starts, int columns) {
  private static final float OF_TWO = 1 / Float.intBitsToFloat(Lanes.TWO);
  private static final float OF_TINY = 1 / Float.intBitsToFloat(Lanes.TINY);

  /**
   * @param x from {@code xAt} on, {@code count} vectors
   * @param columns at least {@code count}; what is missing is 0
   * @param copies of each number, one after the other; more than 1 for codes of one bit only
   */
  static Inputs of(Runs runs, float[] x, int xAt, int count, int columns, int copies) {
    Inputs made =
        new Inputs(
            new float[runs.positions() * columns * copies],
            new float[runs.count() * columns],
            new float[runs.count() * columns],
            columns);
    for (int j = 0; j < count; j++) {
      for (int run = 0; run < runs.count(); run++) {
        int at = xAt + j * runs.cols();
        if (runs.isConstant(run)) {
          made.sums[run * columns + j] = (float) runs.constantSum(run, x, at);
        } else if (runs.isBits()) {
          made.fillBits(runs, run, x, at, j, copies);
        } else {
          made.fill(runs, run, x, at, j);
        }
      }
    }
    return made;
  }

  private void fillBits(Runs runs, int run, float[] from, int at, int j, int copies) {
    int first = runs.firstPosition(run);
    double sum = 0;
    for (int p = first; p < first + runs.positions(run); p++) {
      float value = value(runs, p, from, at);
      sum += value;
      int to = (p * columns + j) * copies;
      Arrays.fill(x, to, to + copies, value * (p % 2 == 0 ? OF_TWO : OF_TINY));
    }
    sums[run * columns + j] = (float) sum;
  }

  private void fill(Runs runs, int run, float[] from, int at, int j) {
    int first = runs.firstPosition(run);
    int end = first + runs.positions(run);
    int words = runs.words(run);
    double sum = 0;
    double signed = 0;
    int p = first;
    for (int code = 0; p < end; code += 2) {
      float even = power(-code * runs.bits());
      float odd = power(-(code + 1) * runs.bits());
      double oddSum = 0;
      for (int to = Math.min(end, p + 2 * words); p < to; p += 2) {
        float a = value(runs, p, from, at);
        float b = value(runs, p + 1, from, at);
        x[p * columns + j] = a * even;
        x[(p + 1) * columns + j] = b * odd;
        sum += a;
        oddSum += b;
      }
      sum += oddSum;
      if (runs.isSigned(code + 1)) {
        signed = oddSum;
      }
    }
    sums[run * columns + j] = (float) sum;
    starts[run * columns + j] = (float) (runs.half() * signed);
  }

  private static float value(Runs runs, int p, float[] from, int at) {
    int column = runs.column(p);
    return column < 0 ? 0 : from[at + column] * runs.factor(p);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }
}
