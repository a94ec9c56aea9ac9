package dev.pbq.core.packed;

/**
 * The values that steps of columns can have when they are stored in U8, chosen before the steps are
 * known: 0, and 255 values spaced evenly in their logarithms. Immutable.
 */
public final class StepGrid {
  private final ScaleGrid grid;
  private final float[] table;

  /**
   * A grid between two values.
   *
   * @param least the least value but 0, a positive float32 number
   * @param largest the largest, not below it
   */
  public StepGrid(float least, float largest) {
    if (!(least > 0)) {
      throw new IllegalArgumentException("a grid of steps from " + least);
    }
    this.grid = new ScaleGrid(least, largest);
    this.table = grid.table();
  }

  /** The code of the value nearest to a step; that of a step above 0 is not 0. */
  public byte code(double step) {
    return (byte) (step > 0 ? Math.max(1, ScaleGrid.code(table, step)) : 0);
  }

  /** The step that a code stands for. */
  public float value(byte code) {
    return table[code & 0xff];
  }

  /** The steps of columns with these codes; takes ownership of the array. */
  public ColumnSteps steps(byte[] codes) {
    return new ColumnSteps(ScaleVector.ofCodes(codes, grid));
  }
}
