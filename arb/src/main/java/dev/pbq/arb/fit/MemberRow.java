package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * The members of one row of a group, packed together, with the row's parameters: V_x ~ mu + a1 B1_x
 * (+ a2 B2_x). Working memory of one thread, filled anew for each row; only the first {@link
 * #count} entries of the arrays are used.
 */
final class MemberRow {
  final int order;

  /** The row within the block. */
  int row;

  int count;
  final double[] v;
  final int[] col;

  /** What is left of the values while planes are taken from them one by one. */
  final double[] rest;

  /** The signs of each member: B1 if the order is 1, else 2 B1 + B2, with 1 for + and 0 for -. */
  final byte[] code;

  double mu;
  double a1;
  double a2;

  /**
   * Makes room.
   *
   * @param cols columns of the block
   */
  MemberRow(int cols, int order) {
    this.order = order;
    v = new double[cols];
    col = new int[cols];
    rest = new double[cols];
    code = new byte[cols];
  }

  /** 1 if d is at least 0 (either zero), else 0; without a branch, for signs are coin tosses. */
  static int positive(double d) {
    return 1 - (int) (Double.doubleToRawLongBits(d + 0.0) >>> 63);
  }

  /** Packs a row's members; all parameters become 0. */
  void gather(DoubleMatrix values, Groups groups, int group, int newRow) {
    row = newRow;
    mu = 0;
    a1 = 0;
    a2 = 0;
    double[] data = values.data();
    byte[] of = groups.of();
    int base = newRow * groups.cols();
    int n = 0;
    for (int j = 0; j < groups.cols(); j++) {
      // Written always, kept if a member: whether it is one cannot be predicted.
      v[n] = data[base + j];
      col[n] = j;
      n += of[base + j] == group ? 1 : 0;
    }
    count = n;
  }

  /** Writes the members' signs to their places in the block. */
  void scatter(SignPlanes signs, int cols) {
    byte[] first = signs.first();
    byte[] second = signs.second();
    int base = row * cols;
    if (order == 1) {
      for (int x = 0; x < count; x++) {
        first[base + col[x]] = code[x];
      }
    } else {
      for (int x = 0; x < count; x++) {
        first[base + col[x]] = (byte) (code[x] >> 1);
        second[base + col[x]] = (byte) (code[x] & 1);
      }
    }
  }
}
