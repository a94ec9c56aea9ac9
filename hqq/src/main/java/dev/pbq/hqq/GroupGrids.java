package dev.pbq.hqq;

import dev.pbq.core.packed.HqqParameters;
import dev.pbq.hqq.solver.Grid;
import dev.pbq.hqq.solver.Ranges;

/**
 * The grids of a layer's groups before zero points are refined. Where scales are stored as
 * floating-point numbers, a group's grid depends only on its own limits; where they are stored as
 * codes, it also depends on other groups' scales.
 */
final class GroupGrids {
  private final String layer;
  private final HqqSettings settings;
  private final Grid grid;
  private final Ranges ranges;
  private final float[] inverse;
  private final float[] start;
  private final float[] stored;

  /**
   * @param ranges of the groups; need not be measured yet
   */
  GroupGrids(String layer, HqqSettings settings, Ranges ranges) {
    this.layer = layer;
    this.settings = settings;
    this.grid = settings.grid();
    this.ranges = ranges;
    int groups = ranges.lo().length;
    this.inverse = new float[groups];
    this.start = new float[groups];
    this.stored = new float[groups];
  }

  /** The inverse scales that zero points and codes are found with. */
  float[] inverse() {
    return inverse;
  }

  /** The zero points before they are refined. */
  float[] start() {
    return start;
  }

  /** The plain scales, once all groups are {@link #fill filled}. */
  HqqParameters plainScales() {
    return new HqqParameters.Plain(stored);
  }

  /**
   * Finds the plain grids of groups {@code from .. to - 1}, which have been measured. Leaves out
   * all of them if a weight is not finite.
   */
  void fill(int from, int to) {
    if (!ranges.finite(from, to)) {
      return;
    }
    for (int g = from; g < to; g++) {
      inverse[g] = grid.inverseScale(ranges.lo()[g], ranges.hi()[g]);
      float exact = 1 / inverse[g];
      stored[g] = StoredParameters.plainScale(layer, exact, settings.scaleDtype());
      use(g, exact, stored[g]);
      start[g] = grid.zero(ranges.lo()[g], ranges.hi()[g], inverse[g]);
    }
  }

  /** Finds the grids of all groups, which have been measured, with scales stored as codes. */
  HqqParameters fillCoded() {
    float[] exact = new float[inverse.length];
    for (int g = 0; g < exact.length; g++) {
      inverse[g] = grid.inverseScale(ranges.lo()[g], ranges.hi()[g]);
      exact[g] = 1 / inverse[g];
    }
    HqqParameters coded =
        StoredParameters.coded(exact, settings.scaleGroupsize(), settings.rangeGuard());
    float[] used =
        settings.referenceCodes()
            ? exact
            : StoredParameters.usableScales(layer, coded, settings.computeDtype());
    for (int g = 0; g < exact.length; g++) {
      use(g, exact[g], used[g]);
      start[g] = grid.zero(ranges.lo()[g], ranges.hi()[g], inverse[g]);
    }
    return coded;
  }

  /** Codes are to belong to the scales as they are stored, unless the reference's are wanted. */
  private void use(int g, float exact, float used) {
    if (!settings.referenceCodes() && used != exact) {
      inverse[g] = 1 / used;
    }
  }
}
