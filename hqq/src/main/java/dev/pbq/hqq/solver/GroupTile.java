package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;

/**
 * Some groups side by side: {@code rows[k][l]} is element {@code k} of the tile's group {@code l}.
 * Arithmetic then runs over groups, which the compiler can vectorise; it cannot vectorise a sum
 * over the elements of one group, whose order must be kept.
 */
final class GroupTile {
  /** About as many weights as a core's second-level cache holds beside other data. */
  private static final int WEIGHTS = 1 << 15;

  private static final int MOST_LANES = 1024;
  private static final int FEWEST_LANES = 16;

  private final float[] w;
  private final FlatGroups groups;
  private final float[][] rows;
  private final float[] copy;
  private int first;
  private int lanes;

  /** A tile of these weights, empty. */
  GroupTile(float[] w, FlatGroups groups) {
    this.w = w;
    this.groups = groups;
    int most = lanes(groups, w.length);
    this.rows = new float[groups.size()][most];
    this.copy = new float[groups.axis() == 1 ? groups.size() * most : 0];
  }

  /** Groups in a tile of a matrix of {@code weights} weights. */
  static int lanes(FlatGroups groups, int weights) {
    int lanes = Math.max(FEWEST_LANES, Math.min(MOST_LANES, WEIGHTS / groups.size()));
    return Math.min(lanes, groups.count(weights));
  }

  /** Number of tiles that {@code weights} weights make. */
  static int count(FlatGroups groups, int weights) {
    int lanes = lanes(groups, weights);
    return (groups.count(weights) - 1) / lanes + 1;
  }

  /** Fills the tile with its weights. */
  void load(int tile) {
    int count = groups.count(w.length);
    first = tile * rows[0].length;
    lanes = Math.min(rows[0].length, count - first);
    int size = groups.size();
    if (groups.axis() == 0) {
      for (int k = 0; k < size; k++) {
        System.arraycopy(w, k * count + first, rows[k], 0, lanes);
      }
      return;
    }
    // One run through memory, in order; what follows finds the weights in the cache.
    System.arraycopy(w, first * size, copy, 0, lanes * size);
    int k = 0;
    for (; k + 8 <= size; k += 8) {
      turnEight(k);
    }
    for (; k < size; k++) {
      for (int l = 0; l < lanes; l++) {
        rows[k][l] = copy[l * size + k];
      }
    }
  }

  /** Elements {@code k .. k + 7} of all groups, which are consecutive in the matrix, into rows. */
  private void turnEight(int k) {
    float[] r0 = rows[k];
    float[] r1 = rows[k + 1];
    float[] r2 = rows[k + 2];
    float[] r3 = rows[k + 3];
    float[] r4 = rows[k + 4];
    float[] r5 = rows[k + 5];
    float[] r6 = rows[k + 6];
    float[] r7 = rows[k + 7];
    int size = rows.length;
    int from = k;
    for (int l = 0; l < lanes; l++, from += size) {
      r0[l] = copy[from];
      r1[l] = copy[from + 1];
      r2[l] = copy[from + 2];
      r3[l] = copy[from + 3];
      r4[l] = copy[from + 4];
      r5[l] = copy[from + 5];
      r6[l] = copy[from + 6];
      r7[l] = copy[from + 7];
    }
  }

  /** The first group of the tile. */
  int first() {
    return first;
  }

  /** Groups that the tile has room for. */
  int mostLanes() {
    return rows[0].length;
  }

  /** Groups in the tile. */
  int lanes() {
    return lanes;
  }

  /** Weights in a group. */
  int size() {
    return rows.length;
  }

  /** Element {@code k} of all groups; what {@link #load} put there, or what was made of it. */
  float[] row(int k) {
    return rows[k];
  }

  /** Element {@code k} of the tile's group {@code l}, as it is in the matrix. */
  float weight(int k, int l) {
    return groups.axis() == 0
        ? w[k * groups.count(w.length) + first + l]
        : w[(first + l) * groups.size() + k];
  }
}
