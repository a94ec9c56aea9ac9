package dev.pbq.core.packed;

import dev.pbq.core.packed.GroupLayout.Form;
import java.util.List;

/** The values of a {@link BinaryGroupsLinear}: {@link GroupScales#value} for all weights, fast. */
final class BinaryGroupsValues {
  /** Codes of a side: two signs and a class. */
  private static final int CODES = 16;

  private static final double[] SIGN = {-1, 1};

  private final BinaryGroupsLinear linear;
  private final GroupLayout layout;
  private final ColumnSides sides;
  private final int cols;
  private final byte[] codes;
  private final float[] w;

  private BinaryGroupsValues(BinaryGroupsLinear linear) {
    this.linear = linear;
    layout = linear.layout();
    sides = linear.sides();
    cols = linear.cols();
    codes = linear.codes();
    w = new float[codes.length];
  }

  /** The weights [rows * cols]. */
  static float[] of(BinaryGroupsLinear linear) {
    BinaryGroupsValues values = new BinaryGroupsValues(linear);
    RowTasks.forEach(linear.rows(), linear.cols(), values::compute);
    return values.w;
  }

  private void compute(int firstRow, int endRow) {
    for (int b = 0; b < sides.blocks(); b++) {
      List<GroupScales> groups = linear.scales().get(b).groups();
      if (layout.form() == Form.ROW) {
        byRows(b, groups, firstRow, endRow);
      } else {
        bySide(b, groups, true, firstRow, endRow);
        bySide(b, groups, false, firstRow, endRow);
      }
    }
  }

  /** By a table for each row: the values of the other side's codes, then of the salient side's. */
  private void byRows(int block, List<GroupScales> groups, int firstRow, int endRow) {
    int width = sides.to(block) - sides.from(block);
    byte[] side = new byte[width];
    for (int c = 0; c < width; c++) {
      side[c] = (byte) (sides.isSalient(sides.from(block) + c) ? CODES : 0);
    }
    float[] table = new float[2 * CODES];
    for (int r = firstRow; r < endRow; r++) {
      for (int g = 0; g < groups.size(); g++) {
        boolean salient = layout.isSalient(g);
        int at = (salient ? CODES + 4 * g : 4 * (g - layout.salientClasses()));
        for (int signs = 0; signs < 1 << layout.order(g); signs++) {
          table[at + signs] = (float) groups.get(g).value(r, 0, 0, signs & 1, signs >> 1);
        }
      }
      int i = r * cols + sides.from(block);
      for (int c = 0; c < width; c++, i++) {
        w[i] = table[codes[i] + side[c]];
      }
    }
  }

  private void bySide(
      int block, List<GroupScales> groups, boolean salient, int firstRow, int endRow) {
    int[] columns = sides.columns(block, salient);
    int classes = layout.classes(salient);
    int width = columns.length;
    RowColumnScales[] of = new RowColumnScales[classes];
    double[] q1 = new double[classes * width];
    double[] q2 = new double[salient ? classes * width : 0];
    for (int k = 0; k < classes; k++) {
      of[k] = (RowColumnScales) groups.get(layout.group(salient, k));
      for (int c = 0; c < width; c++) {
        q1[k * width + c] = of[k].colFirst().get(layout.firstColumn(columns[c], c));
        if (salient) {
          q2[k * width + c] = of[k].colSecond().orElseThrow().get(c);
        }
      }
    }
    double[] r1 = new double[classes];
    double[] r2 = new double[classes];
    for (int r = firstRow; r < endRow; r++) {
      for (int k = 0; k < classes; k++) {
        r1[k] = of[k].rowFirst().get(r);
        r2[k] = salient ? of[k].rowSecond().orElseThrow().get(r) : 0;
      }
      int start = r * cols + sides.from(block);
      for (int c = 0; c < width; c++) {
        int i = start + columns[c];
        int k = codes[i] >> GroupBitmaps.CLASS_BIT;
        // Multiplying by a sign, and adding what is negated, round as subtracting does.
        double v = SIGN[codes[i] & 1] * (r1[k] * q1[k * width + c]);
        if (salient) {
          v += SIGN[codes[i] >> 1 & 1] * (r2[k] * q2[k * width + c]);
        }
        w[i] = (float) v;
      }
    }
  }
}
