package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.List;

/**
 * The limits of every group's weights.
 *
 * @param lo smallest weight of each group; NaN if one is
 * @param hi largest weight of each group; NaN if one is
 */
public record Ranges(float[] lo, float[] hi) {
  /** Groups that are larger are not laid out side by side. */
  private static final int LONGEST_IN_TILE = 1 << 15;

  /** Weights of a task, of groups that are larger. */
  private static final int PIECE = 1 << 18;

  /** Room for so many groups, not measured yet. */
  public static Ranges unmeasured(int groups) {
    return new Ranges(new float[groups], new float[groups]);
  }

  /** Measures all groups; their size must divide the number of weights. */
  public static Ranges of(float[] w, FlatGroups groups) {
    Ranges ranges = unmeasured(groups.count(w.length));
    if (groups.size() <= LONGEST_IN_TILE) {
      Tiles.forEach(w, groups, tile -> index -> ranges.measure(tile));
    } else if (groups.axis() == 0) {
      ranges.measureInPieces(w, 0, groups.size(), 0, ranges.lo.length);
    } else {
      for (int g = 0; g < ranges.lo.length; g++) {
        ranges.measureInPieces(w, g * groups.size(), groups.size(), g, 1);
      }
    }
    return ranges;
  }

  /** Measures the groups of a tile that has just been loaded. */
  void measure(GroupTile tile) {
    int n = tile.lanes();
    float[] least = Arrays.copyOf(tile.row(0), n);
    float[] most = Arrays.copyOf(tile.row(0), n);
    for (int k = 1; k < tile.size(); k++) {
      extend(least, most, tile.row(k), tile.row(k), n);
    }
    System.arraycopy(least, 0, lo, tile.first(), n);
    System.arraycopy(most, 0, hi, tile.first(), n);
  }

  /**
   * Measures {@code count} groups from {@code group} on, whose weights from {@code start} on are a
   * matrix [size, count].
   */
  private void measureInPieces(float[] w, int start, int size, int group, int count) {
    int perPiece = Math.max(1, PIECE / count);
    List<Ranges> pieces =
        Parallel.mapRanges(
            size,
            perPiece,
            (first, end) -> {
              float[] least = new float[count];
              Arrays.fill(least, Float.POSITIVE_INFINITY);
              float[] most = new float[count];
              Arrays.fill(most, Float.NEGATIVE_INFINITY);
              for (int k = first; k < end; k++) {
                for (int g = 0; g < count; g++) {
                  float v = w[start + k * count + g];
                  least[g] = Math.min(least[g], v);
                  most[g] = Math.max(most[g], v);
                }
              }
              return new Ranges(least, most);
            });
    float[] least = pieces.get(0).lo;
    float[] most = pieces.get(0).hi;
    for (Ranges piece : pieces) {
      extend(least, most, piece.lo, piece.hi, count);
    }
    System.arraycopy(least, 0, lo, group, count);
    System.arraycopy(most, 0, hi, group, count);
  }

  private static void extend(float[] least, float[] most, float[] low, float[] high, int n) {
    for (int l = 0; l < n; l++) {
      least[l] = Math.min(least[l], low[l]);
      most[l] = Math.max(most[l], high[l]);
    }
  }

  /** Whether all weights are finite. */
  public boolean finite() {
    return finite(0, lo.length);
  }

  /** Whether all weights of groups {@code from .. to - 1} are finite. */
  public boolean finite(int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(lo[i]) || !Float.isFinite(hi[i])) {
        return false;
      }
    }
    return true;
  }
}
