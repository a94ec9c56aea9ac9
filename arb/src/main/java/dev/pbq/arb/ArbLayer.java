package dev.pbq.arb;

import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.refine.Refiner;
import dev.pbq.core.linalg.BlockSweep;
import dev.pbq.core.linalg.UpperFactor;
import dev.pbq.core.tensor.DoubleMatrix;

/**
 * Quantizes one layer: its blocks of columns one after the other, from left to right, each followed
 * by error compensation.
 */
final class ArbLayer {
  /** What becomes of a block once it is fitted. */
  interface Store {
    /** The same block with parameters as they will be stored. */
    FittedBlock rounded(FittedBlock block);

    /**
     * Called with the final form of each block, in order.
     *
     * @return the values that replace the block's weights from now on
     */
    DoubleMatrix keep(int from, BlockPlan.Result published, FittedBlock block);
  }

  private final BlockPlan plan;
  private final Refiner refiner;
  private final ArbSettings settings;

  ArbLayer(ArbMethod method, ArbSettings settings) {
    this.plan = new BlockPlan(method, settings);
    this.refiner =
        new Refiner(
            settings.codes(), settings.refine(), settings.shareMeans(), settings.shareColumns());
    this.settings = settings;
  }

  /**
   * Quantizes a layer.
   *
   * @param weights the weights, dead columns zero
   * @param secondMoments gives X^T X of columns [from, to), up to a factor
   * @return the loss, see {@link BlockSweep#run}
   */
  double run(
      int rows,
      BlockSweep.Source weights,
      UpperFactor factor,
      BlockSweep.Source secondMoments,
      Store store) {
    return BlockSweep.run(
        rows,
        weights,
        factor,
        settings.blocksize(),
        settings.compensation().form(),
        (from, to, w, u) -> {
          BlockPlan.Result published = plan.fit(w, u, secondMoments.columns(from, to));
          FittedBlock refined = refiner.refine(published.fitted(), w, u);
          FittedBlock block = refiner.rechoose(store.rounded(refined), w, u);
          return store.keep(from, published, block);
        });
  }
}
