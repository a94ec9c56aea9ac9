package dev.pbq.arb.refine;

import dev.pbq.arb.fit.RowColumnFit;

/** A row of values r1 q1 B1 (+ r2 q2 B2); theta holds r, while q is given. */
final class ProductRow extends RowModel {
  private final Draft draft;
  private final double[] salientLevels;
  private final double[] otherLevels;

  ProductRow(Draft draft) {
    super(draft, draft.groups() + draft.salientClasses);
    this.draft = draft;
    this.salientLevels = new double[draft.salientClasses << 2];
    this.otherLevels = new double[draft.otherClasses << 1];
  }

  private RowColumnFit fit(int group) {
    return (RowColumnFit) draft.fits.get(group);
  }

  @Override
  void load(int row) {
    for (int g = 0; g < draft.groups(); g++) {
      theta()[g] = fit(g).r1()[row];
      if (g < draft.salientClasses) {
        theta()[draft.groups() + g] = fit(g).r2()[row];
      }
    }
  }

  @Override
  void store(int row) {
    for (int g = 0; g < draft.groups(); g++) {
      fit(g).r1()[row] = theta()[g];
      if (g < draft.salientClasses) {
        fit(g).r2()[row] = theta()[draft.groups() + g];
      }
    }
  }

  @Override
  void refresh() {
    // Levels are made column by column.
  }

  @Override
  public double[] at(int col) {
    double[] theta = theta();
    if (!draft.salient[col]) {
      for (int c = 0; c < draft.otherClasses; c++) {
        int g = draft.salientClasses + c;
        double c1 = theta[g] * fit(g).q1()[col];
        otherLevels[c << 1] = -c1;
        otherLevels[c << 1 | 1] = c1;
      }
      return otherLevels;
    }
    for (int g = 0; g < draft.salientClasses; g++) {
      double c1 = theta[g] * fit(g).q1()[col];
      double c2 = theta[draft.groups() + g] * fit(g).q2()[col];
      salientLevels[g << 2] = -c1 - c2;
      salientLevels[g << 2 | 1] = -c1 + c2;
      salientLevels[g << 2 | 2] = c1 - c2;
      salientLevels[g << 2 | 3] = c1 + c2;
    }
    return salientLevels;
  }

  @Override
  int terms(int col, int code, int[] index, double[] coefficient) {
    int g = draft.group(col, code);
    index[0] = g;
    double q1 = fit(g).q1()[col];
    if (!draft.salient[col]) {
      coefficient[0] = (code & 1) != 0 ? q1 : -q1;
      return 1;
    }
    coefficient[0] = (code >>> 1 & 1) != 0 ? q1 : -q1;
    index[1] = draft.groups() + g;
    double q2 = fit(g).q2()[col];
    coefficient[1] = (code & 1) != 0 ? q2 : -q2;
    return 2;
  }
}
