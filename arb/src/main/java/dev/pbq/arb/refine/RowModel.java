package dev.pbq.arb.refine;

/**
 * One row of a {@link Draft}: its parameters theta, and the values they give. A value is linear in
 * theta. One per thread.
 */
abstract class RowModel implements RowLevels {
  private final Draft draft;
  private final double[] theta;

  /** The most terms that one value has. */
  static final int TERMS = 3;

  RowModel(Draft draft, int parameters) {
    this.draft = draft;
    this.theta = new double[parameters];
  }

  /** The parameters, changed in place; {@link #refresh} afterwards. */
  final double[] theta() {
    return theta;
  }

  /** Reads the parameters of a row. */
  abstract void load(int row);

  /** Writes them back. */
  abstract void store(int row);

  /** Makes the levels fit theta. */
  abstract void refresh();

  /**
   * A value as a sum over theta: writes the numbers of the parameters and their coefficients.
   *
   * @return how many there are
   */
  abstract int terms(int col, int code, int[] index, double[] coefficient);

  @Override
  public final int count(int col) {
    return draft.classes(col) << draft.planes(col);
  }

  @Override
  public final int planes(int col) {
    return draft.planes(col);
  }
}
