package dev.pbq.hqq.solver;

import java.util.List;

/**
 * The zero points of a tile's groups over some iterations.
 *
 * @param errors sum of |W - W'| over the tile, for every iteration, with the zero points at its
 *     start
 * @param steps what each iteration found; ends where zero points no longer change
 */
record TileTrace(double[] errors, List<Step> steps) {
  /**
   * One iteration. Zero points of groups that were no longer at work are as before.
   *
   * @param lanes places in the tile of the groups that were at work; may go on beyond them. The
   *     same array for all iterations with the same groups, not to be changed
   * @param zeros their new zero points
   */
  record Step(int[] lanes, float[] zeros) {
    private void applyTo(float[] zero, int first) {
      for (int l = 0; l < zeros.length; l++) {
        zero[first + lanes[l]] = zeros[l];
      }
    }
  }

  /**
   * Moves the zero points of the tile's groups on by {@code iterations} iterations.
   *
   * @param zero of all groups, with the values before the first iteration
   * @param first place of the tile's first group in {@code zero}
   */
  void apply(float[] zero, int first, int iterations) {
    int count = Math.min(iterations, steps.size());
    for (int i = 0; i < count; i++) {
      Step step = steps.get(i);
      // Of several steps of the same groups the last one counts.
      if (i + 1 == count || steps.get(i + 1).lanes != step.lanes) {
        step.applyTo(zero, first);
      }
    }
  }
}
