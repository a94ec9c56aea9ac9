package dev.pbq.core.linalg;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The order in which a sweep visits the columns of a weight.
 *
 * @param byDiagonal whether by falling diagonal of the Hessian, dead columns counting as 1, ties
 *     from left to right; else from left to right
 * @param group columns that stay together: neighbours, visited one after the other, the groups by
 *     falling sum of their diagonals; 1 for every column by itself
 */
public record ColumnOrder(boolean byDiagonal, int group) {
  /** From left to right. */
  public static final ColumnOrder NATURAL = new ColumnOrder(false, 1);

  /** By falling diagonal of the Hessian. */
  public static final ColumnOrder DESCENDING_DIAGONAL = new ColumnOrder(true, 1);

  public ColumnOrder {
    if (group < 1) {
      throw new IllegalArgumentException("groups of " + group + " columns");
    }
  }

  /**
   * Groups of {@code width} neighbours by falling sum of their diagonals, and the columns of each
   * by falling diagonal.
   */
  public static ColumnOrder inGroups(int width) {
    return new ColumnOrder(true, width);
  }

  /**
   * The columns in the order in which they are visited.
   *
   * @param diagonal of the Hessian, ones in place of zeros
   */
  int[] visits(double[] diagonal) {
    double[] sums = new double[(diagonal.length + group - 1) / group];
    for (int c = 0; c < diagonal.length; c++) {
      sums[c / group] += diagonal[c];
    }
    // A last group that is narrower comes last, so that all others begin at multiples.
    if (diagonal.length % group != 0) {
      sums[sums.length - 1] = Double.NEGATIVE_INFINITY;
    }
    Comparator<Integer> wholeGroups =
        Comparator.<Integer>comparingDouble(c -> -sums[c / group]).thenComparing(c -> c / group);
    Comparator<Integer> order = wholeGroups.thenComparingDouble(c -> -diagonal[c]);
    return IntStream.range(0, diagonal.length)
        .boxed()
        .sorted(byDiagonal ? order : Comparator.naturalOrder())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
