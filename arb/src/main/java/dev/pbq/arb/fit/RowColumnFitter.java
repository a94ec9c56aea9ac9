package dev.pbq.arb.fit;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.List;

/**
 * ARB-RC (arXiv 2410.03129): scales by row and by column and no shift, alternating least squares,
 * so the squared error never rises (with eps = 0). With one plane the signs are those of V and
 * never change, and on a full block the scales go to the leading singular pair of |V|; with two,
 * each iteration ends with the nearest pair of signs for each member.
 *
 * @param iterations T; 0 leaves the start, which takes mean magnitudes of rows, then of columns in
 *     units of them, plane by plane
 * @param eps what is added to denominators. 0 is exact; the released code has 1e-8, which is seen
 *     where few members share a column, for denominators are sums of squared scales
 */
public record RowColumnFitter(int iterations, double eps) implements GroupFitter {
  private static final int TILE = 256;

  public RowColumnFitter {
    SafeDivision.requireValid(iterations, eps);
  }

  @Override
  public RowColumnFit fit(DoubleMatrix v, Groups groups, int group, SignPlanes signs) {
    RowSweep.requireShape(v, groups);
    List<MemberTile> tiles = gather(v, groups, group);
    ScalePair one = new ScalePair(groups.rows(), groups.cols(), tiles);
    one.start(RowColumnFitter::magnitudes);
    ScalePair two = null;
    if (groups.orders()[group] == 1) {
      for (int t = 0; t < iterations; t++) {
        one.update(eps, tile -> {});
      }
    } else {
      two = new ScalePair(groups.rows(), groups.cols(), tiles);
      two.start(tile -> magnitudesLeft(tile, one));
      refineTwoPlanes(one, two, tiles);
    }
    Parallel.forEach(tiles.size(), t -> tiles.get(t).scatter(signs, groups.cols()));
    return new RowColumnFit(one.r, one.q, two == null ? null : two.r, two == null ? null : two.q);
  }

  private static List<MemberTile> gather(DoubleMatrix v, Groups groups, int group) {
    return Parallel.mapRanges(
        groups.rows(),
        TILE,
        (first, end) -> MemberTile.gather(v, groups, group, first, end - first));
  }

  private void refineTwoPlanes(ScalePair one, ScalePair two, List<MemberTile> tiles) {
    for (int t = 0; t < iterations; t++) {
      one.update(eps, tile -> targetsBeside(tile, tile.b1, two, tile.b2));
      two.update(eps, tile -> targetsBeside(tile, tile.b2, one, tile.b1));
      Parallel.forEach(tiles.size(), i -> nearestSigns(tiles.get(i), one, two));
    }
  }

  /** B1 = sign(V), targets |V|. */
  private static void magnitudes(MemberTile tile) {
    for (int x = 0; x < tile.members(); x++) {
      tile.b1[x] = 2 * MemberRow.positive(tile.v[x]) - 1;
      tile.target[x] = Math.abs(tile.v[x]);
    }
  }

  /** B2 = sign(E), targets |E| for E = V - r1 q1 B1. */
  private static void magnitudesLeft(MemberTile tile, ScalePair one) {
    for (int i = 0; i < tile.rows(); i++) {
      double scale = one.r[tile.firstRow + i];
      for (int x = tile.start[i]; x < tile.start[i + 1]; x++) {
        double left = tile.v[x] - scale * one.q[tile.col[x]] * tile.b1[x];
        tile.b2[x] = 2 * MemberRow.positive(left) - 1;
        tile.target[x] = Math.abs(left);
      }
    }
  }

  /** Targets B E of one plane for E = V less the other plane. */
  private static void targetsBeside(MemberTile tile, double[] b, ScalePair other, double[] otherB) {
    for (int i = 0; i < tile.rows(); i++) {
      double scale = other.r[tile.firstRow + i];
      for (int x = tile.start[i]; x < tile.start[i + 1]; x++) {
        tile.target[x] = b[x] * (tile.v[x] - scale * other.q[tile.col[x]] * otherB[x]);
      }
    }
  }

  private static void nearestSigns(MemberTile tile, ScalePair one, ScalePair two) {
    for (int i = 0; i < tile.rows(); i++) {
      double r1 = one.r[tile.firstRow + i];
      double r2 = two.r[tile.firstRow + i];
      for (int x = tile.start[i]; x < tile.start[i + 1]; x++) {
        double c1 = r1 * one.q[tile.col[x]];
        double c2 = r2 * two.q[tile.col[x]];
        int code = PairSums.nearest(tile.v[x], c1, c2);
        tile.b1[x] = (code & 2) - 1;
        tile.b2[x] = 2 * (code & 1) - 1;
      }
    }
  }
}
