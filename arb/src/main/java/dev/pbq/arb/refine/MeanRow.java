package dev.pbq.arb.refine;

import dev.pbq.arb.fit.RowFit;
import dev.pbq.core.packed.GroupLayout.MeanSharing;

/** A row of values mu + a1 B1 (+ a2 B2). */
final class MeanRow extends RowModel {
  private final Draft draft;
  private final MeanSharing sharing;
  private final int means;
  private final double[] salientLevels;
  private final double[] otherLevels;

  MeanRow(Draft draft, MeanSharing sharing) {
    super(draft, means(draft, sharing) + draft.groups() + draft.salientClasses);
    this.draft = draft;
    this.sharing = sharing;
    this.means = means(draft, sharing);
    this.salientLevels = new double[draft.salientClasses << 2];
    this.otherLevels = new double[draft.otherClasses << 1];
  }

  private static int means(Draft draft, MeanSharing sharing) {
    return switch (sharing) {
      case EACH -> draft.groups();
      case BLOCK -> 1;
      case NONE -> 0;
    };
  }

  private int meanOf(int group) {
    return sharing == MeanSharing.EACH ? group : 0;
  }

  @Override
  void load(int row) {
    double[] theta = theta();
    if (sharing == MeanSharing.BLOCK) {
      theta[0] = commonMean(row);
    }
    for (int g = 0; g < draft.groups(); g++) {
      RowFit fit = (RowFit) draft.fits.get(g);
      if (sharing == MeanSharing.EACH) {
        theta[g] = fit.mu()[row];
      }
      theta[means + g] = fit.a1()[row];
      if (g < draft.salientClasses) {
        theta[means + draft.groups() + g] = fit.a2()[row];
      }
    }
    refresh();
  }

  /** The means of the groups, weighted by their members in the row. */
  private double commonMean(int row) {
    double sum = 0;
    for (int c = 0; c < draft.cols; c++) {
      int group = draft.group(c, draft.codes[row * draft.cols + c]);
      sum += ((RowFit) draft.fits.get(group)).mu()[row];
    }
    return sum / draft.cols;
  }

  @Override
  void store(int row) {
    double[] theta = theta();
    for (int g = 0; g < draft.groups(); g++) {
      RowFit fit = (RowFit) draft.fits.get(g);
      fit.mu()[row] = means == 0 ? 0 : theta[meanOf(g)];
      fit.a1()[row] = theta[means + g];
      if (g < draft.salientClasses) {
        fit.a2()[row] = theta[means + draft.groups() + g];
      }
    }
  }

  @Override
  void refresh() {
    double[] theta = theta();
    for (int g = 0; g < draft.groups(); g++) {
      double mu = means == 0 ? 0 : theta[meanOf(g)];
      double a1 = theta[means + g];
      if (g < draft.salientClasses) {
        double a2 = theta[means + draft.groups() + g];
        salientLevels[g << 2] = mu - a1 - a2;
        salientLevels[g << 2 | 1] = mu - a1 + a2;
        salientLevels[g << 2 | 2] = mu + a1 - a2;
        salientLevels[g << 2 | 3] = mu + a1 + a2;
      } else {
        int cls = g - draft.salientClasses;
        otherLevels[cls << 1] = mu - a1;
        otherLevels[cls << 1 | 1] = mu + a1;
      }
    }
  }

  @Override
  public double[] at(int col) {
    return draft.salient[col] ? salientLevels : otherLevels;
  }

  @Override
  int terms(int col, int code, int[] index, double[] coefficient) {
    int g = draft.group(col, code);
    int n = 0;
    if (means > 0) {
      index[n] = meanOf(g);
      coefficient[n++] = 1;
    }
    boolean two = draft.salient[col];
    index[n] = means + g;
    coefficient[n++] = (two ? code >>> 1 & 1 : code & 1) != 0 ? 1 : -1;
    if (two) {
      index[n] = means + draft.groups() + g;
      coefficient[n++] = (code & 1) != 0 ? 1 : -1;
    }
    return n;
  }
}
