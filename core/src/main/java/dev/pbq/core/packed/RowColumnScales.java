package dev.pbq.core.packed;

import java.util.Optional;

/**
 * Scales of ARB-RC, by row and by column: w = r1_i q1_j B1 (+ r2_i q2_j B2). Row vectors have one
 * entry per row. Column vectors have one entry for each column of the group's side (salient or not)
 * of the block, in their order; but if the block's groups share their columns' scales, {@code
 * colFirst} has one for each column of the block.
 *
 * @param rowFirst r1
 * @param colFirst q1
 * @param rowSecond r2, of groups of order 2
 * @param colSecond q2, of groups of order 2
 */
public record RowColumnScales(
    ScaleVector rowFirst,
    ScaleVector colFirst,
    Optional<ScaleVector> rowSecond,
    Optional<ScaleVector> colSecond)
    implements GroupScales {
  public RowColumnScales {
    if (rowSecond.isPresent() != colSecond.isPresent()) {
      throw new IllegalArgumentException("scales of the second plane for rows or columns alone");
    }
  }

  @Override
  public int order() {
    return rowSecond.isPresent() ? 2 : 1;
  }

  @Override
  public double value(int row, int firstColumn, int secondColumn, int first, int second) {
    double c1 = (double) rowFirst.get(row) * colFirst.get(firstColumn);
    double w = first != 0 ? c1 : -c1;
    if (rowSecond.isEmpty()) {
      return w;
    }
    double c2 = (double) rowSecond.get().get(row) * colSecond.get().get(secondColumn);
    return RowScales.value(w, c2, second);
  }
}
