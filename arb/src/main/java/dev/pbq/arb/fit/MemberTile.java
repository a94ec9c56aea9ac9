package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * The members of one group in some rows of a block, packed row after row. Working memory of a fit
 * by rows and columns.
 */
final class MemberTile {
  /** Row of the block that the tile begins with. */
  final int firstRow;

  /** [rows + 1], where each row of the tile begins in the packed arrays. */
  final int[] start;

  final double[] v;
  final int[] col;

  /** What a pair of scales is to meet: sign times value, for the plane in hand. */
  final double[] target;

  /** +1 and -1; the second is null if the order is 1. */
  final double[] b1;

  final double[] b2;

  private MemberTile(int firstRow, int rows, int members, int order) {
    this.firstRow = firstRow;
    start = new int[rows + 1];
    // One place more, for the packing writes before it knows whether to keep.
    v = new double[members + 1];
    col = new int[members + 1];
    target = new double[members];
    b1 = new double[members];
    b2 = order == 1 ? null : new double[members];
  }

  /** Packs the members in {@code rows} rows from {@code firstRow} on. */
  static MemberTile gather(DoubleMatrix values, Groups groups, int group, int firstRow, int rows) {
    int cols = groups.cols();
    byte[] of = groups.of();
    int members = 0;
    for (int i = firstRow * cols; i < (firstRow + rows) * cols; i++) {
      members += of[i] == group ? 1 : 0;
    }
    MemberTile tile = new MemberTile(firstRow, rows, members, groups.orders()[group]);
    double[] data = values.data();
    int n = 0;
    for (int r = 0; r < rows; r++) {
      int base = (firstRow + r) * cols;
      for (int j = 0; j < cols; j++) {
        tile.v[n] = data[base + j];
        tile.col[n] = j;
        n += of[base + j] == group ? 1 : 0;
      }
      tile.start[r + 1] = n;
    }
    return tile;
  }

  int rows() {
    return start.length - 1;
  }

  int members() {
    return target.length;
  }

  /** Writes the members' signs to their places in the block. */
  void scatter(SignPlanes signs, int cols) {
    scatter(b1, signs.first(), cols);
    if (b2 != null) {
      scatter(b2, signs.second(), cols);
    }
  }

  private void scatter(double[] b, byte[] plane, int cols) {
    for (int r = 0; r < rows(); r++) {
      int base = (firstRow + r) * cols;
      for (int x = start[r]; x < start[r + 1]; x++) {
        plane[base + col[x]] = (byte) (b[x] > 0 ? 1 : 0);
      }
    }
  }
}
