package dev.pbq.arb.partition;

import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.tensor.DoubleMatrix;

/** The residual of a fit: the members of a group less what the fit gives for them. */
final class FitResidual {
  private FitResidual() {}

  /**
   * Fits a group and writes z minus its fit.
   *
   * @param mask [n * k]; not 0 for members
   * @param residual [n * k]; written at the members alone
   * @return the sum of the squares written
   */
  static double write(
      DoubleMatrix z, byte[] mask, int order, GroupFitter fitter, double[] residual) {
    int k = z.cols();
    SignPlanes signs = new SignPlanes(z.rows(), k);
    GroupFit fit = fitter.fit(z, Groups.ofMask(z.rows(), k, mask, order), 0, signs);
    return RowTiles.sum(
        z.rows(),
        1,
        (first, end, sums) -> {
          for (int row = first; row < end; row++) {
            for (int j = 0; j < k; j++) {
              int i = row * k + j;
              if (mask[i] != 0) {
                double value = fit.value(row, j, signs.first()[i], signs.second()[i]);
                residual[i] = z.data()[i] - value;
                sums[0] += residual[i] * residual[i];
              }
            }
          }
        })[0];
  }
}
