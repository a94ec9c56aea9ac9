package dev.pbq.arb.refine;

import dev.pbq.arb.choice.CodeChoice;
import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;

/**
 * Improves a fitted block: codes and scales in turn, keeping of each row the best that was seen.
 *
 * @param choice which codes are chosen again
 * @param rounds how often scales are fitted again, at least 0
 * @param sharing how many means a row has, where it has any
 * @param sharedColumns whether all groups have the same column scales, where there are any
 */
public record Refiner(CodeChoice choice, int rounds, MeanSharing sharing, boolean sharedColumns) {
  /** Rows of one task. */
  private static final int TILE = 32;

  /**
   * Improves a block; the error of no row rises, unless the first fit has more parameters than are
   * allowed here.
   *
   * @param block what was fitted; not changed
   * @param w the weights [n, k]
   * @param u U_bb [k, k]
   */
  public FittedBlock refine(FittedBlock block, DoubleMatrix w, DoubleMatrix u) {
    if (isIdle()) {
      return block;
    }
    Draft draft = new Draft(block, sharedColumns);
    BlockMetric metric = BlockMetric.of(u);
    if (!(block.fits().get(0) instanceof RowColumnFit)) {
      rows(draft, metric, w, rounds);
    } else {
      rows(draft, metric, w, rounds == 0 ? 0 : 1);
      for (int round = 1; round < rounds; round++) {
        new ColumnLeastSquares(draft, metric, difference(draft, w), sharedColumns).pass();
        rows(draft, metric, w, 1);
      }
    }
    return draft.finish();
  }

  /**
   * Chooses codes again for parameters that have changed a little, as when they were rounded;
   * scales stay as they are, and the error of no row rises.
   */
  public FittedBlock rechoose(FittedBlock block, DoubleMatrix w, DoubleMatrix u) {
    if (choice == CodeChoice.NONE) {
      return block;
    }
    Draft draft = new Draft(block, sharedColumns);
    rows(draft, BlockMetric.of(u), w, 0);
    return draft.finish();
  }

  private boolean isIdle() {
    return choice == CodeChoice.NONE
        && rounds == 0
        && sharing == MeanSharing.EACH
        && !sharedColumns;
  }

  private void rows(Draft draft, BlockMetric metric, DoubleMatrix w, int fits) {
    Parallel.forEachRange(
        draft.rows,
        TILE,
        (first, end) -> {
          RowWork work = new RowWork(draft, metric, rowModel(draft));
          for (int r = first; r < end; r++) {
            work.improve(w.data(), r, fits);
          }
        });
  }

  private RowModel rowModel(Draft draft) {
    GroupFit fit = draft.fits.get(0);
    if (fit instanceof RowColumnFit) {
      return new ProductRow(draft);
    } else if (fit instanceof RowFit) {
      return new MeanRow(draft, sharing);
    }
    throw new IllegalStateException("no way to improve " + fit);
  }

  private static DoubleMatrix difference(Draft draft, DoubleMatrix w) {
    double[] q = draft.finish().values().data();
    for (int i = 0; i < q.length; i++) {
      q[i] = w.data()[i] - q[i];
    }
    return new DoubleMatrix(draft.rows, draft.cols, q);
  }

  /** What one thread needs to improve row after row. */
  private final class RowWork {
    private final Draft draft;
    private final RowModel model;
    private final CodeSweep sweep;
    private final RowLeastSquares leastSquares;
    private final double[] bestTheta;
    private final byte[] bestCodes;
    private double best;

    RowWork(Draft draft, BlockMetric metric, RowModel model) {
      this.draft = draft;
      this.model = model;
      this.sweep = new CodeSweep(metric, choice == CodeChoice.GROUPS);
      this.leastSquares = new RowLeastSquares(metric, model.theta().length);
      this.bestTheta = new double[model.theta().length];
      this.bestCodes = new byte[draft.cols];
    }

    void improve(double[] w, int row, int fits) {
      int at = row * draft.cols;
      model.load(row);
      best = Double.POSITIVE_INFINITY;
      keepIfBetter(sweep.measure(w, at, model, draft.codes, at), at);
      if (choice != CodeChoice.NONE) {
        keepIfBetter(sweep.choose(w, at, model, draft.codes, at), at);
      }
      for (int round = 0; round < fits; round++) {
        leastSquares.refit(w, at, draft.codes, at, model);
        keepIfBetter(sweep.measure(w, at, model, draft.codes, at), at);
        if (choice != CodeChoice.NONE) {
          keepIfBetter(sweep.choose(w, at, model, draft.codes, at), at);
        }
      }
      System.arraycopy(bestTheta, 0, model.theta(), 0, bestTheta.length);
      System.arraycopy(bestCodes, 0, draft.codes, at, bestCodes.length);
      model.store(row);
    }

    private void keepIfBetter(double error, int at) {
      if (error < best) {
        best = error;
        System.arraycopy(model.theta(), 0, bestTheta, 0, bestTheta.length);
        System.arraycopy(draft.codes, at, bestCodes, 0, bestCodes.length);
      }
    }
  }
}
