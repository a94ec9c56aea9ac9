package dev.pbq.ecq.sweep;

import dev.pbq.core.entropy.Codes;
import dev.pbq.ecq.choice.CodeChooser;
import dev.pbq.ecq.choice.CodeLengths;

/**
 * A run of rows in a panel of columns, for one thread at a time. A column's weights become its
 * errors when its step is known.
 */
final class Segment {
  /** Weights of more steps than this have no code. */
  private static final float MOST_STEPS = 1 << 28;

  final int firstRow;
  final int count;

  /** Weights of the panel, or errors of the columns that are fixed; column after column. */
  final float[] values;

  /** What later columns ask of those of the panel, times L_ii. */
  final float[] demand;

  private final int[] base;
  private final float[] target;
  private final float[] u;
  private final int[] codes;
  private final float[] levels;
  private final CodeChooser chooser;
  private final CodeLengths lengths;
  private final long[] counts;
  private double loss;
  private boolean overflow;
  private int largest;

  Segment(int firstRow, int count, int panel, Plan plan, CodeLengths lengths, Activity activity) {
    this.firstRow = firstRow;
    this.count = count;
    this.values = new float[panel * count];
    this.demand = new float[panel * count];
    this.base = new int[count];
    this.target = new float[count];
    this.u = new float[count];
    this.codes = new int[count];
    this.levels = new float[count];
    this.chooser = plan.chooser();
    this.lengths = lengths;
    this.counts = new long[lengths.size()];
    for (int r = 0; r < count; r++) {
      base[r] = lengths.base(activity.rows()[firstRow + r] * activity.classes());
    }
  }

  /** Takes the weights of columns [from, to). */
  void load(Layer layer, int from, int to) {
    int cols = layer.cols();
    float[] w = layer.weight().data();
    for (int r = 0; r < count; r++) {
      int at = (firstRow + r) * cols;
      for (int c = from; c < to; c++) {
        values[(c - from) * count + r] = w[at + c];
      }
    }
  }

  /**
   * Chooses the codes of a column of the panel.
   *
   * @param column its place in the panel
   * @param width columns of the panel, of which those after this one are fixed
   * @param factor L of the panel, [width, width] column after column; null for the identity
   * @param pivot L_ii
   * @param context of the column
   * @return the sums of z^2 and z u
   */
  double[] choose(
      int column, int width, float[] factor, double pivot, double step, float lambda, int context) {
    int at = column * count;
    System.arraycopy(values, at, target, 0, count);
    if (factor != null) {
      addDemand(column, width, factor, pivot);
    }
    float inverse = (float) (1 / step);
    for (int r = 0; r < count; r++) {
      float steps = target[r] * inverse;
      boolean fits = Math.abs(steps) < MOST_STEPS;
      u[r] = fits ? steps : 0;
      overflow |= !fits;
    }
    chooser.choose(
        new CodeChooser.Run(u, base, lengths.base(context)),
        count,
        lambda,
        lengths,
        new CodeChooser.Chosen(codes, levels, counts));
    double zz = 0;
    double zu = 0;
    for (int r = 0; r < count; r++) {
      zz += (double) levels[r] * levels[r];
      zu += (double) levels[r] * u[r];
    }
    return new double[] {zz, zu};
  }

  private void addDemand(int column, int width, float[] factor, double pivot) {
    int at = column * count;
    int row = column * width;
    int c = column + 1;
    for (; c + 4 <= width; c += 4) {
      addFour(
          at,
          c * count,
          factor[row + c],
          factor[row + c + 1],
          factor[row + c + 2],
          factor[row + c + 3]);
    }
    for (; c < width; c++) {
      float l = factor[row + c];
      int other = c * count;
      for (int r = 0; r < count; r++) {
        demand[at + r] += values[other + r] * l;
      }
    }
    float inverse = (float) (1 / pivot);
    for (int r = 0; r < count; r++) {
      target[r] += demand[at + r] * inverse;
    }
  }

  /** The demand of four fixed columns, of which the first starts at {@code other}. */
  private void addFour(int at, int other, float l0, float l1, float l2, float l3) {
    int second = other + count;
    int third = second + count;
    int fourth = third + count;
    for (int r = 0; r < count; r++) {
      demand[at + r] +=
          values[other + r] * l0
              + values[second + r] * l1
              + values[third + r] * l2
              + values[fourth + r] * l3;
    }
  }

  /** Fixes the column whose codes were chosen, at the step as stored. */
  void fix(int column, double pivot, float step) {
    int at = column * count;
    double sum = 0;
    for (int r = 0; r < count; r++) {
      float value = step * levels[r];
      float missed = target[r] - value;
      sum += (double) missed * missed;
      values[at + r] -= value;
      largest = Math.max(largest, Math.abs(codes[r]));
    }
    loss += sum * pivot * pivot;
  }

  void store(Codes.Builder to, int column) {
    to.column(column, firstRow, codes, count);
  }

  /** trace(E H_d E^T) of the segment; NaN if a weight was too large for any code. */
  double loss() {
    return overflow ? Double.NaN : loss;
  }

  int largest() {
    return largest;
  }

  long[] counts() {
    return counts;
  }
}
