package dev.pbq.arb.partition;

import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.Groups;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Divides a block of columns into groups: how many columns are salient (BiLLM, Algorithm 2), where
 * the magnitudes of the others are split (the same), and with CGB where those of the salient
 * columns are (ARB-LLM). Candidates are judged by binarization with row mean, never by the method
 * that will fit the groups; the first of equal candidates wins.
 *
 * <p>Stateless. The result does not depend on the number of threads.
 */
public final class PartitionSearch {
  private final PartitionSettings settings;
  private final GroupFitter constantFit;
  private final GroupFitter roundFit;

  /**
   * A search.
   *
   * @param constantFit what represents the salient columns, as one group of order 2, while the
   *     others are split
   * @param roundFit what represents the high parts of earlier rounds, with order 1, while the low
   *     part of the columns that are not salient is split again; salient ones are binarized
   */
  public PartitionSearch(
      PartitionSettings settings, GroupFitter constantFit, GroupFitter roundFit) {
    this.settings = settings;
    this.constantFit = constantFit;
    this.roundFit = roundFit;
  }

  /**
   * Divides a block.
   *
   * @param t the metric [n, k], signed or not: columns are ordered by the sums of its magnitudes
   * @param z the matrix searched [n, k]: the metric itself, or the weights
   * @param s S [k, k], symmetric, if the break points of the columns that are not salient are
   *     judged by Tr(R S R^T); else it is the mean square
   * @throws PbqException NUMERICAL if t or z holds NaN or infinity, or an error overflows
   */
  public Partition search(DoubleMatrix t, DoubleMatrix z, Optional<DoubleMatrix> s) {
    int k = t.cols();
    if (t.rows() != z.rows() || k != z.cols() || t.rows() == 0 || k == 0) {
      throw new IllegalArgumentException("metric " + t + " and searched " + z);
    }
    if (s.isPresent() && (s.get().rows() != k || s.get().cols() != k)) {
      throw new IllegalArgumentException("S " + s.get() + " for a block " + t);
    }
    int[] columnOrder = SalienceOrder.of(t);
    SortedRows rows = SortedRows.of(z);

    double[] salientErrors = salientErrors(rows, columnOrder);
    int count =
        salientErrors.length == 0 ? 0 : settings.minSalient() + SplitSearch.lowest(salientErrors);
    boolean[] salient = new boolean[k];
    for (int i = 0; i < count; i++) {
      salient[columnOrder[i]] = true;
    }

    byte[] groups = new byte[z.data().length];
    int salientGroups = settings.salientGroups();
    int all = salientGroups + settings.otherGroups();
    Side salientSide = new Side(rows, salient, groups, 0, salientGroups - 1);
    Side otherSide = new Side(rows, not(salient), groups, salientGroups, all - 1);
    SearchTrace trace =
        new SearchTrace(
            columnOrder,
            salientErrors,
            salientGroups > 1 ? splitSalient(salientSide, otherSide) : List.of(),
            all - salientGroups > 1 ? splitOthers(otherSide, salientSide, s) : List.of());

    int[] orders = new int[all];
    Arrays.fill(orders, 0, salientGroups, 2);
    Arrays.fill(orders, salientGroups, all, 1);
    return new Partition(new Groups(z.rows(), k, groups, orders), salient, trace);
  }

  private double[] salientErrors(SortedRows rows, int[] columnOrder) {
    int first = settings.minSalient();
    int last = Math.min(settings.upLim(), rows.cols()) - 1;
    if (!settings.division().hasColumns() || last < first) {
      return new double[0];
    }
    return SalientCount.errors(
        rows, columnOrder, first, last, settings.searchOrder(), settings.subtractMean());
  }

  /** Both parts with order 2; all other columns count with all that is in them. */
  private List<Split> splitSalient(Side side, Side others) {
    double constant = squares(side.rows().matrix(), others.columns());
    SplitErrors errors =
        new SquaredErrors(
            side, 2, settings.subtractMean(), constant, (round, binarized) -> binarized);
    return SplitSearch.run(
        side,
        magnitudes -> CandidatePoints.ofSalient(magnitudes, settings.breakPoints()),
        errors,
        settings.publishedMultisplit());
  }

  private static double squares(DoubleMatrix z, int[] columns) {
    return RowTiles.sum(
        z.rows(),
        1,
        (first, end, sums) -> {
          for (int row = first; row < end; row++) {
            for (int j : columns) {
              double v = z.get(row, j);
              sums[0] += v * v;
            }
          }
        })[0];
  }

  /** Both parts with order 1; the salient columns count with what {@code constantFit} leaves. */
  private List<Split> splitOthers(Side side, Side salient, Optional<DoubleMatrix> s) {
    DoubleMatrix z = side.rows().matrix();
    double[] residual = new double[z.data().length];
    double constant =
        salient.columns().length == 0
            ? 0
            : FitResidual.write(z, salient.members(), 2, constantFit, residual);
    SplitErrors errors =
        s.isPresent()
            ? new WeightedErrors(side, settings.subtractMean(), s.get(), residual, roundFit)
            : new SquaredErrors(
                side,
                1,
                settings.subtractMean(),
                constant,
                (round, binarized) ->
                    FitResidual.write(z, side.taken(round), 1, roundFit, residual));
    return SplitSearch.run(
        side,
        magnitudes -> CandidatePoints.ofOthers(magnitudes, settings.breakPoints(), z.data().length),
        errors,
        settings.publishedMultisplit());
  }

  private static boolean[] not(boolean[] flags) {
    boolean[] not = new boolean[flags.length];
    for (int i = 0; i < flags.length; i++) {
      not[i] = !flags[i];
    }
    return not;
  }
}
