package dev.pbq.arb.partition;

import java.util.List;

/**
 * The record of a search: the candidates tried and their errors. The arrays are shared, not copied.
 *
 * @param columnOrder all columns, the most salient first; of equal ones the lower index first
 * @param salientErrors mean square error over the block for each number of salient columns tried,
 *     starting at {@code minSalient}; empty if none was tried
 * @param salient the splits of the salient columns, one for each round; empty without CGB
 * @param other the splits of the other columns, one for each round; empty without group bitmap
 */
public record SearchTrace(
    int[] columnOrder, double[] salientErrors, List<Split> salient, List<Split> other) {
  public SearchTrace {
    salient = List.copyOf(salient);
    other = List.copyOf(other);
  }
}
