package dev.pbq.arb.fit;

import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Scales r of rows and q of columns whose products r_i q_j are to meet the targets of a group's
 * members. Rows are taken tile by tile; what a tile adds to the columns is kept apart and summed in
 * the order of the tiles, whatever thread made it.
 */
final class ScalePair {
  final double[] r;
  final double[] q;

  private final List<MemberTile> tiles;

  /** [tiles, k], what each tile's rows add to the columns' numerators. */
  private final double[][] numerators;

  /** [tiles, k], the same of the denominators. */
  private final double[][] denominators;

  ScalePair(int rows, int cols, List<MemberTile> tiles) {
    r = new double[rows];
    q = new double[cols];
    this.tiles = tiles;
    numerators = new double[tiles.size()][cols];
    denominators = new double[tiles.size()][cols];
  }

  /**
   * r_i = the mean target of row i, then q_j = the mean of target / r_i over the column's members
   * in rows whose scale is not 0. Targets must not be negative.
   *
   * @param prepare sets a tile's targets
   */
  void start(Consumer<MemberTile> prepare) {
    perTile(prepare, ScalePair::meanOfRow);
    divideColumns(0);
  }

  /**
   * The least-squares r beside q, then the least-squares q beside the new r.
   *
   * @param prepare sets a tile's targets
   */
  void update(double eps, Consumer<MemberTile> prepare) {
    perTile(
        prepare, (tile, i, numerator, denominator) -> fitRow(tile, i, eps, numerator, denominator));
    divideColumns(eps);
  }

  private static double meanOfRow(
      MemberTile tile, int i, double[] numerator, double[] denominator) {
    int from = tile.start[i];
    int to = tile.start[i + 1];
    double sum = 0;
    for (int x = from; x < to; x++) {
      sum += tile.target[x];
    }
    double scale = from == to ? 0 : sum / (to - from);
    for (int x = from; x < to && scale > 0; x++) {
      numerator[tile.col[x]] += tile.target[x] / scale;
      denominator[tile.col[x]]++;
    }
    return scale;
  }

  private double fitRow(
      MemberTile tile, int i, double eps, double[] numerator, double[] denominator) {
    double[] target = tile.target;
    int[] col = tile.col;
    int to = tile.start[i + 1];
    double dot = 0;
    double squares = 0;
    for (int x = tile.start[i]; x < to; x++) {
      double scale = q[col[x]];
      dot += scale * target[x];
      squares += scale * scale;
    }
    double scale = SafeDivision.divide(dot, squares, eps);
    double square = scale * scale;
    for (int x = tile.start[i]; x < to; x++) {
      numerator[col[x]] += scale * target[x];
      denominator[col[x]] += square;
    }
    return scale;
  }

  private void perTile(Consumer<MemberTile> prepare, RowScale rowScale) {
    Parallel.forEach(
        tiles.size(),
        t -> {
          Arrays.fill(numerators[t], 0);
          Arrays.fill(denominators[t], 0);
          MemberTile tile = tiles.get(t);
          prepare.accept(tile);
          for (int i = 0; i < tile.rows(); i++) {
            r[tile.firstRow + i] = rowScale.of(tile, i, numerators[t], denominators[t]);
          }
        });
  }

  private void divideColumns(double eps) {
    for (int j = 0; j < q.length; j++) {
      double numerator = 0;
      double denominator = 0;
      for (int t = 0; t < tiles.size(); t++) {
        numerator += numerators[t][j];
        denominator += denominators[t][j];
      }
      q[j] = SafeDivision.divide(numerator, denominator, eps);
    }
  }

  /** The scale of a tile's row i; adds what the row then gives to the columns. */
  private interface RowScale {
    double of(MemberTile tile, int i, double[] numerator, double[] denominator);
  }
}
