package dev.pbq.arb.partition;

/**
 * The error for each number of salient columns (BiLLM, Algorithm 2): the first c columns and the
 * other columns are binarized separately, row by row.
 *
 * <p>A further salient column takes one value of each row from the rest and gives it to the salient
 * ones. Per row both are {@link GrowingGroup}s, the salient one filled from the smallest c on, the
 * rest from the largest.
 */
final class SalientCount {
  private SalientCount() {}

  /**
   * Mean square errors over the block for c = first, ..., last.
   *
   * @param rows the matrix searched
   * @param columnOrder all columns, the most salient first
   * @param first at least 1
   * @param last below the number of columns
   * @param order planes of both halves
   */
  static double[] errors(
      SortedRows rows, int[] columnOrder, int first, int last, int order, boolean subtractMean) {
    int k = rows.cols();
    double[] errors =
        RowTiles.sum(
            rows.rows(),
            last - first + 1,
            (from, to, sums) -> {
              double[] sorted = new double[k];
              int[] rankOf = new int[k];
              int[] salient = new int[last];
              int[] rest = new int[k - first];
              GrowingGroup salientGroup = new GrowingGroup(k, order, subtractMean);
              GrowingGroup restGroup = new GrowingGroup(k, order, subtractMean);
              for (int row = from; row < to; row++) {
                for (int rank = 0; rank < k; rank++) {
                  int j = rows.column(row, rank);
                  sorted[rank] = rows.matrix().get(row, j);
                  rankOf[j] = rank;
                }
                for (int i = 0; i < last; i++) {
                  salient[i] = rankOf[columnOrder[i]];
                }
                for (int i = first; i < k; i++) {
                  rest[k - 1 - i] = rankOf[columnOrder[i]];
                }
                salientGroup.start(sorted, salient, first);
                restGroup.start(sorted, rest, k - last);
                sums[0] += salientGroup.error();
                sums[last - first] += restGroup.error();
                for (int i = 1; i <= last - first; i++) {
                  salientGroup.grow();
                  restGroup.grow();
                  sums[i] += salientGroup.error();
                  sums[last - first - i] += restGroup.error();
                }
              }
            });
    double entries = (double) rows.rows() * k;
    for (int i = 0; i < errors.length; i++) {
      errors[i] /= entries;
    }
    return errors;
  }
}
