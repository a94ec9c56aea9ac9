package dev.pbq.arb;

import dev.pbq.arb.fit.AlternatingFitter;
import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.MeanBinarizer;
import dev.pbq.arb.fit.MetricFitter;
import dev.pbq.arb.fit.RowColumnFitter;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.arb.partition.Partition;
import dev.pbq.arb.partition.PartitionSearch;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One block as published: divided into groups by T, then each group fitted to the weights (BiLLM,
 * algorithm 1; ARB-LLM, algorithm 1).
 */
final class BlockPlan {
  /**
   * A block as published.
   *
   * @param partition how it was divided, with the search's figures
   * @param fitted its groups
   */
  record Result(Partition partition, FittedBlock fitted) {}

  private final ArbMethod method;
  private final ArbSettings settings;
  private final PartitionSearch search;

  BlockPlan(ArbMethod method, ArbSettings settings) {
    this.method = method;
    this.settings = settings;
    int t = settings.iterations();
    double eps = settings.eps();
    this.search =
        switch (method) {
          case BILLM ->
              new PartitionSearch(
                  settings.partition(),
                  new MeanBinarizer(settings.rowMean()),
                  new MeanBinarizer(settings.rowMean()));
          case ARB, ARB_X ->
              new PartitionSearch(
                  settings.partition(),
                  new AlternatingFitter(t, eps),
                  new AlternatingFitter(t, eps));
          case ARB_RC ->
              new PartitionSearch(
                  settings.partition(), new RowColumnFitter(t, eps), new RowColumnFitter(0, eps));
        };
  }

  /**
   * Divides and fits a block.
   *
   * @param w current weights [n, k]
   * @param u U_bb [k, k]
   * @param s the block of X^T X, up to a factor; used by arb-x alone
   */
  Result fit(DoubleMatrix w, DoubleMatrix u, DoubleMatrix s) {
    DoubleMatrix t = metric(w, u);
    DoubleMatrix target = settings.searchTarget() == SearchTarget.WEIGHT ? w : t;
    boolean weighted = method == ArbMethod.ARB_X;
    Partition partition = search.search(t, target, weighted ? Optional.of(s) : Optional.empty());
    GroupFitter fitter = fitter(s);
    Groups groups = partition.groups();
    SignPlanes signs = new SignPlanes(w.rows(), w.cols());
    List<GroupFit> fits = new ArrayList<>();
    int salientClasses = 0;
    for (int g = 0; g < groups.count(); g++) {
      fits.add(fitter.fit(w, groups, g, signs));
      salientClasses += groups.orders()[g] == 2 ? 1 : 0;
    }
    return new Result(
        partition,
        new FittedBlock(groups, partition.salientColumns(), salientClasses, signs, fits));
  }

  private DoubleMatrix metric(DoubleMatrix w, DoubleMatrix u) {
    if (settings.salientMetric() == SalienceMeasure.MAGNITUDE) {
      return w;
    }
    int k = w.cols();
    double[] t = new double[w.data().length];
    for (int i = 0; i < t.length; i++) {
      int j = i % k;
      double pivot = u.data()[j * k + j];
      t[i] = w.data()[i] * w.data()[i] / (pivot * pivot);
    }
    return new DoubleMatrix(w.rows(), k, t);
  }

  private GroupFitter fitter(DoubleMatrix s) {
    AlternatingFitter alternating = new AlternatingFitter(settings.iterations(), settings.eps());
    return switch (method) {
      case BILLM -> new MeanBinarizer(settings.rowMean());
      case ARB -> alternating;
      case ARB_X ->
          new MetricFitter(
              alternating, s, settings.xIterations(), settings.epsX(), settings.xSolve());
      case ARB_RC -> new RowColumnFitter(settings.iterations(), settings.eps());
    };
  }
}
