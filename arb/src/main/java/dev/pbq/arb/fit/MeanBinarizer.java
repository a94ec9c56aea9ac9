package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;

/**
 * The binarization of BiLLM, plane by plane (arXiv 2402.04291 and its released code): with R = V
 * less the planes before, mu_q = mean of R, a_q = mean of |R - mu_q|, B_q = sign(R - mu_q), all
 * over the row's members.
 *
 * @param subtractMean whether rows are shifted by their mean, as in the released code; the paper
 *     prints the formulas without (mu = 0)
 */
public record MeanBinarizer(boolean subtractMean) implements GroupFitter {
  /**
   * A fit with the shift of its first plane; that of the second is mu - mu1.
   *
   * @param mu1 [rows]
   */
  record Stages(RowFit fit, double[] mu1) {}

  @Override
  public RowFit fit(DoubleMatrix v, Groups groups, int group, SignPlanes signs) {
    return stages(v, groups, group, signs).fit();
  }

  Stages stages(DoubleMatrix v, Groups groups, int group, SignPlanes signs) {
    double[] mu1 = new double[groups.rows()];
    RowFit fit = RowSweep.fit(v, groups, group, signs, () -> row -> mu1[row.row] = binarize(row));
    return new Stages(fit, mu1);
  }

  /** Fits one row; returns mu_1. */
  double binarize(MemberRow row) {
    System.arraycopy(row.v, 0, row.rest, 0, row.count);
    Arrays.fill(row.code, 0, row.count, (byte) 0);
    double mu1 = shift(row);
    row.a1 = plane(row, mu1);
    row.mu = mu1;
    if (row.order == 2) {
      for (int x = 0; x < row.count; x++) {
        row.rest[x] -= row.a1 * (2 * row.code[x] - 1);
      }
      double mu2 = shift(row);
      row.a2 = plane(row, mu2);
      row.mu = mu1 + mu2;
    }
    return mu1;
  }

  private double shift(MemberRow row) {
    if (!subtractMean) {
      return 0;
    }
    double sum = 0;
    for (int x = 0; x < row.count; x++) {
      sum += row.rest[x];
    }
    return sum / row.count;
  }

  /** Takes the shift from what is left, appends its signs to the codes; returns the scale. */
  private static double plane(MemberRow row, double mu) {
    double[] rest = row.rest;
    byte[] code = row.code;
    double sum = 0;
    for (int x = 0; x < row.count; x++) {
      double d = rest[x] - mu;
      rest[x] = d;
      sum += Math.abs(d);
      code[x] = (byte) (2 * code[x] + MemberRow.positive(d));
    }
    return sum / row.count;
  }
}
