package dev.pbq.arb.partition;

import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.core.linalg.DoubleProducts;
import dev.pbq.core.tensor.DoubleMatrix;

/**
 * ARB-X's criterion Tr(R S R^T), where R is the residual of the block when the high and the low
 * part of each row of a side are binarized separately with one plane.
 */
final class WeightedErrors implements SplitErrors {
  private static final int LOW_BELOW = 0;
  private static final int LOW_ABOVE = 1;
  private static final int HIGH_BELOW = 2;
  private static final int HIGH_ABOVE = 3;

  private final Side side;
  private final boolean subtractMean;
  private final DoubleMatrix s;
  private final double[][] sRows;
  private final double[] residual;
  private final GroupFitter settledFit;

  /**
   * Errors of a side.
   *
   * @param s S [k, k], symmetric
   * @param residual [n * k]; what is left of the weights that are not of this side, and 0 for those
   *     that are; written to
   * @param settledFit what represents the high parts of earlier rounds
   */
  WeightedErrors(
      Side side, boolean subtractMean, DoubleMatrix s, double[] residual, GroupFitter settledFit) {
    this.side = side;
    this.subtractMean = subtractMean;
    this.s = s;
    this.residual = residual;
    this.settledFit = settledFit;
    int k = s.cols();
    this.sRows = new double[k][k];
    for (int j = 0; j < k; j++) {
      System.arraycopy(s.data(), j * k, sRows[j], 0, k);
    }
  }

  @Override
  public double[] of(double[] points) {
    int n = side.rows().rows();
    int k = side.rows().cols();
    // Candidates are taken relative to their row's mean: S has a large common part in practice.
    double[] centres = new double[n];
    DoubleMatrix base = new DoubleMatrix(n, k, residual.clone());
    RowTiles.forEach(n, (first, end) -> centre(first, end, base.data(), centres));
    double[] y = DoubleProducts.multiply(base, s).data();
    double[] sideProduct = new double[k];
    for (int j : side.columns()) {
      add(1, sRows[j], sideProduct);
    }
    return RowTiles.sum(
        n,
        points.length,
        (first, end, sums) -> {
          SortedRun run = new SortedRun(k);
          RowSplit split = new RowSplit(run, subtractMean);
          PatternGram gram = new PatternGram(sRows);
          double[] product = new double[k];
          for (int row = first; row < end; row++) {
            side.load(row, run);
            candidateProduct(run, sideProduct, product);
            gram.start(run, product, y, row * k);
            double constant = 0;
            for (int i = row * k; i < (row + 1) * k; i++) {
              constant += base.data()[i] * y[i];
            }
            sweep(run, split, gram, points, constant, centres[row], sums);
          }
        });
  }

  private void centre(int first, int end, double[] base, double[] centres) {
    SortedRun run = new SortedRun(s.cols());
    for (int row = first; row < end; row++) {
      side.load(row, run);
      int m = run.size();
      centres[row] = m == 0 ? 0 : run.sum[m] / m;
      for (int i = 0; i < m; i++) {
        base[row * s.cols() + run.column[i]] = run.value[i] - centres[row];
      }
    }
  }

  /** S times the indicator of a row's candidates. */
  private void candidateProduct(SortedRun run, double[] sideProduct, double[] product) {
    System.arraycopy(sideProduct, 0, product, 0, product.length);
    if (run.size() == side.columns().length) {
      return;
    }
    boolean[] present = new boolean[product.length];
    for (int i = 0; i < run.size(); i++) {
      present[run.column[i]] = true;
    }
    for (int j : side.columns()) {
      if (!present[j]) {
        add(-1, sRows[j], product);
      }
    }
  }

  private static void add(int sign, double[] row, double[] sum) {
    for (int i = 0; i < row.length; i++) {
      sum[i] += sign * row[i];
    }
  }

  /** Adds a row's error with each break point. */
  private static void sweep(
      SortedRun run,
      RowSplit split,
      PatternGram gram,
      double[] points,
      double constant,
      double centre,
      double[] sums) {
    RunGroup low = split.low();
    RunGroup high = split.high();
    split.start();
    double value = 0;
    int from = 0;
    int to = 0;
    int lowMean = 0;
    int highMean = 0;
    for (int i = 0; i < points.length; i++) {
      if (split.advance(points[i]) || i == 0) {
        low.error(1);
        high.error(1);
        if (i == 0) {
          put(run, split, gram, 0, run.size());
        } else {
          // Nothing else can have changed its part or its side of the mean.
          put(run, split, gram, split.from(), from);
          put(run, split, gram, to, split.to());
          putBetween(run, split, gram, lowMean, low.place(SortedGroup.MEAN));
          putBetween(run, split, gram, highMean, high.place(SortedGroup.MEAN));
        }
        from = split.from();
        to = split.to();
        lowMean = low.place(SortedGroup.MEAN);
        highMean = high.place(SortedGroup.MEAN);
        // A part without members has no level; one that is far off would cost digits.
        double lowShift = low.count == 0 ? 0 : low.shift() - centre;
        double highShift = high.count == 0 ? 0 : high.shift() - centre;
        value =
            gram.value(
                constant,
                lowShift - low.scale(),
                lowShift + low.scale(),
                highShift - high.scale(),
                highShift + high.scale());
      }
      sums[i] += value;
    }
  }

  private static void putBetween(SortedRun run, RowSplit split, PatternGram gram, int a, int b) {
    put(run, split, gram, Math.min(a, b), Math.max(a, b));
  }

  private static void put(SortedRun run, RowSplit split, PatternGram gram, int first, int end) {
    for (int i = first; i < end; i++) {
      int level;
      if (i >= split.from() && i < split.to()) {
        level = i < split.low().place(SortedGroup.MEAN) ? LOW_BELOW : LOW_ABOVE;
      } else {
        level = i < split.high().place(SortedGroup.MEAN) ? HIGH_BELOW : HIGH_ABOVE;
      }
      gram.put(run.column[i], level);
    }
  }

  @Override
  public void fix(int round, int chosen) {
    FitResidual.write(side.rows().matrix(), side.taken(round), 1, settledFit, residual);
  }
}
