package dev.pbq.arb.partition;

import java.util.stream.IntStream;

/**
 * One side of the column bitmap while its weights are divided by magnitude: those not yet in one of
 * its higher groups are its candidates, and are in its lowest.
 */
final class Side {
  private final SortedRows rows;
  private final int[] columns;
  private final boolean[] has;
  private final byte[] groups;
  private final int highest;
  private final int lowest;

  /**
   * A side.
   *
   * @param has for each column whether it is of this side
   * @param groups [rows * cols]; the group of each weight, where this side writes its own
   * @param highest index of its group of the highest magnitudes
   * @param lowest index of its group of the lowest, to which all belong at first
   */
  Side(SortedRows rows, boolean[] has, byte[] groups, int highest, int lowest) {
    this.rows = rows;
    this.columns = IntStream.range(0, has.length).filter(j -> has[j]).toArray();
    this.has = has;
    this.groups = groups;
    this.highest = highest;
    this.lowest = lowest;
    RowTiles.forEach(
        rows.rows(),
        (first, end) -> {
          for (int at = first * rows.cols(); at < end * rows.cols(); at += rows.cols()) {
            for (int j : columns) {
              groups[at + j] = (byte) lowest;
            }
          }
        });
  }

  SortedRows rows() {
    return rows;
  }

  /** Indices of its columns, ascending. */
  int[] columns() {
    return columns;
  }

  int rounds() {
    return lowest - highest;
  }

  /** The candidates of a row, sorted. */
  void load(int row, SortedRun run) {
    int at = row * rows.cols();
    run.load(rows, row, j -> has[j] && groups[at + j] == lowest);
  }

  /** 1 at the members of the group that a round filled. */
  byte[] taken(int round) {
    byte[] mask = new byte[groups.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (groups[i] == highest + round ? 1 : 0);
    }
    return mask;
  }

  /** 1 at all weights of this side. */
  byte[] members() {
    byte[] row = new byte[rows.cols()];
    for (int j : columns) {
      row[j] = 1;
    }
    byte[] mask = new byte[groups.length];
    for (int at = 0; at < mask.length; at += row.length) {
      System.arraycopy(row, 0, mask, at, row.length);
    }
    return mask;
  }

  /** Moves the candidates whose magnitude is at least {@code threshold} to a round's group. */
  void take(int round, double threshold) {
    double[] z = rows.matrix().data();
    RowTiles.forEach(
        rows.rows(),
        (first, end) -> {
          for (int at = first * rows.cols(); at < end * rows.cols(); at += rows.cols()) {
            for (int j : columns) {
              if (groups[at + j] == lowest && Math.abs(z[at + j]) >= threshold) {
                groups[at + j] = (byte) (highest + round);
              }
            }
          }
        });
  }

  /** Magnitudes of all its weights; 0 for those that are no candidates any more. */
  double[] magnitudes() {
    double[] z = rows.matrix().data();
    double[] magnitudes = new double[Math.multiplyExact(rows.rows(), columns.length)];
    RowTiles.forEach(
        rows.rows(),
        (first, end) -> {
          int next = first * columns.length;
          for (int at = first * rows.cols(); at < end * rows.cols(); at += rows.cols()) {
            for (int j : columns) {
              magnitudes[next++] = groups[at + j] == lowest ? Math.abs(z[at + j]) : 0;
            }
          }
        });
    return magnitudes;
  }
}
