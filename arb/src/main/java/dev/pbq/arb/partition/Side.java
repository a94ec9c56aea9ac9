package dev.pbq.arb.partition;

/**
 * One side of the column bitmap while its weights are divided by magnitude: those not yet in one of
 * its higher groups are its candidates, and are in its lowest.
 */
final class Side {
  private final SortedRows rows;
  private final boolean[] columns;
  private final byte[] groups;
  private final int highest;
  private final int lowest;

  /**
   * A side.
   *
   * @param columns which columns it has
   * @param groups [rows * cols]; the group of each weight, where this side writes its own
   * @param highest index of its group of the highest magnitudes
   * @param lowest index of its group of the lowest, to which all belong at first
   */
  Side(SortedRows rows, boolean[] columns, byte[] groups, int highest, int lowest) {
    this.rows = rows;
    this.columns = columns;
    this.groups = groups;
    this.highest = highest;
    this.lowest = lowest;
    int k = rows.cols();
    for (int i = 0; i < groups.length; i++) {
      if (columns[i % k]) {
        groups[i] = (byte) lowest;
      }
    }
  }

  SortedRows rows() {
    return rows;
  }

  boolean[] columns() {
    return columns;
  }

  int rounds() {
    return lowest - highest;
  }

  /** The group that a round fills. */
  int group(int round) {
    return highest + round;
  }

  /** The candidates of a row, sorted. */
  void load(int row, SortedRun run) {
    int at = row * rows.cols();
    run.load(rows, row, j -> columns[j] && groups[at + j] == lowest);
  }

  /** 1 where a weight is in a group, of whatever side. */
  byte[] mask(int group) {
    byte[] mask = new byte[groups.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (groups[i] == group ? 1 : 0);
    }
    return mask;
  }

  /** Moves the candidates whose magnitude is at least {@code threshold} to a round's group. */
  void take(int round, double threshold) {
    double[] z = rows.matrix().data();
    int k = rows.cols();
    for (int i = 0; i < groups.length; i++) {
      if (columns[i % k] && groups[i] == lowest && Math.abs(z[i]) >= threshold) {
        groups[i] = (byte) group(round);
      }
    }
  }

  /** Magnitudes of the candidates. */
  double[] magnitudes() {
    double[] z = rows.matrix().data();
    int k = rows.cols();
    int count = 0;
    for (int i = 0; i < groups.length; i++) {
      count += columns[i % k] && groups[i] == lowest ? 1 : 0;
    }
    double[] magnitudes = new double[count];
    int n = 0;
    for (int i = 0; i < groups.length; i++) {
      if (columns[i % k] && groups[i] == lowest) {
        magnitudes[n++] = Math.abs(z[i]);
      }
    }
    return magnitudes;
  }
}
