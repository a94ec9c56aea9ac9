package dev.pbq.arb.partition;

import java.util.Arrays;

/**
 * The mean square error over the block when the high and the low part of each row are binarized
 * separately; the errors of all other weights do not change.
 */
final class SquaredErrors implements SplitErrors {
  /** What a settled high part costs: the sum of its squared errors. */
  interface Settled {
    double squares(int round, double binarized);
  }

  private final Side side;
  private final int order;
  private final boolean subtractMean;
  private final Settled settled;
  private double constant;
  private double[] high;

  /**
   * Errors of a side.
   *
   * @param order planes of both parts
   * @param constant sum of the squared errors of all weights that are not of this side
   * @param settled the sum of squared errors of a round's high part, given what binarization of
   *     this order costs
   */
  SquaredErrors(Side side, int order, boolean subtractMean, double constant, Settled settled) {
    this.side = side;
    this.order = order;
    this.subtractMean = subtractMean;
    this.constant = constant;
    this.settled = settled;
  }

  @Override
  public double[] of(double[] points) {
    int rows = side.rows().rows();
    int cols = side.rows().cols();
    int count = points.length;
    double[] sums =
        RowTiles.sum(
            rows,
            2 * count,
            (first, end, parts) -> {
              SortedRun run = new SortedRun(cols);
              RowSplit split = new RowSplit(run, subtractMean);
              for (int row = first; row < end; row++) {
                side.load(row, run);
                split.start();
                double highError = split.high().error(order);
                double lowError = 0;
                for (int i = 0; i < count; i++) {
                  if (split.advance(points[i])) {
                    highError = split.high().error(order);
                    lowError = split.low().error(order);
                  }
                  parts[i] += highError;
                  parts[count + i] += lowError;
                }
              }
            });
    high = Arrays.copyOf(sums, count);
    double[] errors = new double[count];
    for (int i = 0; i < count; i++) {
      errors[i] = (constant + sums[i] + sums[count + i]) / ((double) rows * cols);
    }
    return errors;
  }

  @Override
  public void fix(int round, int chosen) {
    constant += settled.squares(round, high[chosen]);
  }
}
