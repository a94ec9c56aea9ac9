package dev.pbq.arb.partition;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The order of columns by salience: by the sum of the metric's magnitudes over all rows. */
final class SalienceOrder {
  private SalienceOrder() {}

  /**
   * All columns, the highest score first; of equal ones the lower index first.
   *
   * @param t the metric [n, k]
   * @throws PbqException NUMERICAL if a score is not finite
   */
  static int[] of(DoubleMatrix t) {
    int k = t.cols();
    double[] scores =
        RowTiles.sum(
            t.rows(),
            k,
            (first, end, sums) -> {
              for (int row = first; row < end; row++) {
                for (int j = 0; j < k; j++) {
                  sums[j] += Math.abs(t.data()[row * k + j]);
                }
              }
            });
    for (int j = 0; j < k; j++) {
      if (!Double.isFinite(scores[j])) {
        throw PbqException.numerical("the salience of column " + j + " of a block is not finite");
      }
    }
    return IntStream.range(0, k)
        .boxed()
        .sorted(Comparator.comparingDouble(j -> -scores[j]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
