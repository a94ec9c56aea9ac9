package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;
import java.util.Arrays;

/**
 * The limits of every group's weights.
 *
 * @param lo smallest weight of each group; NaN if one is
 * @param hi largest weight of each group; NaN if one is
 */
public record Ranges(float[] lo, float[] hi) {
  /** Measures all groups; {@code groups} must leave no weight over. */
  public static Ranges of(float[] w, FlatGroups groups) {
    int count = groups.count(w.length);
    Ranges ranges = new Ranges(new float[count], new float[count]);
    Tiles.forEach(w, groups, (index, tile) -> ranges.measure(tile));
    return ranges;
  }

  private void measure(GroupTile tile) {
    int n = tile.lanes();
    float[] least = Arrays.copyOf(tile.row(0), n);
    float[] most = Arrays.copyOf(tile.row(0), n);
    for (int k = 1; k < tile.size(); k++) {
      extend(least, most, tile.row(k), n);
    }
    System.arraycopy(least, 0, lo, tile.first(), n);
    System.arraycopy(most, 0, hi, tile.first(), n);
  }

  private static void extend(float[] least, float[] most, float[] row, int n) {
    for (int l = 0; l < n; l++) {
      least[l] = Math.min(least[l], row[l]);
      most[l] = Math.max(most[l], row[l]);
    }
  }

  /** Whether all weights are finite. */
  public boolean finite() {
    for (int i = 0; i < lo.length; i++) {
      if (!Float.isFinite(lo[i]) || !Float.isFinite(hi[i])) {
        return false;
      }
    }
    return true;
  }
}
