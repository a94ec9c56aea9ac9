package dev.pbq.arb.fit;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.List;

/**
 * A block with all its groups fitted. Groups of salient columns come first and have order 2, the
 * others order 1. Arrays are shared, not copied.
 *
 * @param groups the division of the weights
 * @param salientColumns for each column whether it is salient
 * @param salientClasses how many groups salient columns have; 0 if there are no such columns by
 *     design
 * @param signs planes of signs of all groups
 * @param fits one per group
 */
public record FittedBlock(
    Groups groups,
    boolean[] salientColumns,
    int salientClasses,
    SignPlanes signs,
    List<GroupFit> fits) {
  /** Rows of one task. */
  private static final int TILE = 256;

  public FittedBlock {
    fits = List.copyOf(fits);
    if (fits.size() != groups.count() || salientColumns.length != groups.cols()) {
      throw new IllegalArgumentException(fits.size() + " fits for " + groups);
    }
  }

  public int rows() {
    return groups.rows();
  }

  public int cols() {
    return groups.cols();
  }

  /** How many groups columns that are not salient have. */
  public int otherClasses() {
    return groups.count() - salientClasses;
  }

  /** The groups of a column: the first one's number. */
  public int firstGroup(int col) {
    return salientColumns[col] ? 0 : salientClasses;
  }

  /** What stands for the weights, [rows, cols]; a fresh matrix. */
  public DoubleMatrix values() {
    int cols = cols();
    DoubleMatrix q = DoubleMatrix.zeros(rows(), cols);
    Parallel.forEachRange(
        rows(),
        TILE,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            for (int c = 0; c < cols; c++) {
              int i = r * cols + c;
              q.data()[i] =
                  fits.get(groups.of()[i]).value(r, c, signs.first()[i], signs.second()[i]);
            }
          }
        });
    return q;
  }
}
