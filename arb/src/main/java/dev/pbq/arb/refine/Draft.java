package dev.pbq.arb.refine;

import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.SignPlanes;
import java.util.ArrayList;
import java.util.List;

/**
 * A mutable copy of a block's codes and parameters while they are improved. Different rows may be
 * changed by different threads.
 */
final class Draft {
  final int rows;
  final int cols;
  final boolean[] salient;
  final int salientClasses;
  final int otherClasses;

  /** [rows * cols], see {@link RowLevels}. */
  final byte[] codes;

  final List<GroupFit> fits;

  /**
   * Copies a block.
   *
   * @param sharedColumns whether all groups get the same column scales, at first the means of their
   *     own, weighted by members
   */
  Draft(FittedBlock block, boolean sharedColumns) {
    rows = block.rows();
    cols = block.cols();
    salient = block.salientColumns();
    salientClasses = block.salientClasses();
    otherClasses = block.otherClasses();
    codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      int col = i % cols;
      int cls = block.groups().of()[i] - block.firstGroup(col);
      int first = block.signs().first()[i];
      codes[i] =
          (byte)
              (salient[col] ? cls << 2 | first << 1 | block.signs().second()[i] : cls << 1 | first);
    }
    fits = new ArrayList<>();
    for (GroupFit fit : block.fits()) {
      fits.add(fit.copy());
    }
    if (sharedColumns && fits.get(0) instanceof RowColumnFit) {
      shareColumns();
    }
  }

  private void shareColumns() {
    int[][] members = new int[groups()][cols];
    for (int i = 0; i < codes.length; i++) {
      int col = i % cols;
      members[group(col, codes[i])][col]++;
    }
    double[] q1 = new double[cols];
    double[] q2 = new double[cols];
    for (int g = 0; g < groups(); g++) {
      RowColumnFit fit = (RowColumnFit) fits.get(g);
      for (int c = 0; c < cols; c++) {
        double share = (double) members[g][c] / rows;
        q1[c] += share * fit.q1()[c];
        q2[c] += fit.q2() == null ? 0 : share * fit.q2()[c];
      }
    }
    for (int g = 0; g < groups(); g++) {
      RowColumnFit fit = (RowColumnFit) fits.get(g);
      fits.set(g, new RowColumnFit(fit.r1(), q1, fit.r2(), fit.r2() == null ? null : q2));
    }
  }

  int groups() {
    return salientClasses + otherClasses;
  }

  /** Classes on a column's side. */
  int classes(int col) {
    return salient[col] ? salientClasses : otherClasses;
  }

  int planes(int col) {
    return salient[col] ? 2 : 1;
  }

  /** The group of a code in a column. */
  int group(int col, int code) {
    return salient[col] ? code >>> 2 : salientClasses + (code >>> 1);
  }

  /** The draft as a block; takes its arrays along. */
  FittedBlock finish() {
    byte[] of = new byte[codes.length];
    SignPlanes signs = new SignPlanes(rows, cols);
    for (int i = 0; i < codes.length; i++) {
      int col = i % cols;
      int code = codes[i];
      of[i] = (byte) group(col, code);
      if (salient[col]) {
        signs.first()[i] = (byte) (code >>> 1 & 1);
        signs.second()[i] = (byte) (code & 1);
      } else {
        signs.first()[i] = (byte) (code & 1);
      }
    }
    int[] orders = new int[groups()];
    for (int g = 0; g < orders.length; g++) {
      orders[g] = g < salientClasses ? 2 : 1;
    }
    return new FittedBlock(
        new Groups(rows, cols, of, orders), salient, salientClasses, signs, fits);
  }
}
