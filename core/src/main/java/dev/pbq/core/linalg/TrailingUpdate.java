package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;

/** The large matrix product after each block of a sweep: W[:, to:] -= E U[from:to, to:]. */
final class TrailingUpdate {
  /** Columns of one product. */
  private static final int STRIP = 1024;

  private final SweepWeights weights;
  private final InverseFactor factor;
  private final MatrixProducts products = MatrixProducts.selected();

  TrailingUpdate(SweepWeights weights, InverseFactor factor) {
    this.weights = weights;
    this.factor = factor;
  }

  void apply(int from, int to) {
    int strips = Parallel.ranges(weights.cols() - to, STRIP);
    Parallel.forEach(
        strips * weights.slabs(), t -> product(from, to, t / strips, to + t % strips * STRIP));
  }

  private void product(int from, int to, int slab, int column) {
    int rows = weights.slabRows(slab);
    int columns = Math.min(STRIP, weights.cols() - column);
    products.subtractProduct(
        rows,
        columns,
        to - from,
        weights.errorsAt(slab),
        factor.at(from, column),
        factor.size(),
        weights.weightsAt(slab, column));
  }
}
