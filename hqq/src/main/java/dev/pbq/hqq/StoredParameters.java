package dev.pbq.hqq;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.hqq.solver.Codes;
import dev.pbq.hqq.solver.Grid;
import dev.pbq.hqq.solver.RangeGuard;
import dev.pbq.hqq.solver.Ranges;

/** Scales and zero points as they will be read back from the checkpoint. */
final class StoredParameters {
  /** Parameters of a task. */
  static final int CHUNK = 1 << 14;

  private static final int LARGEST_CODE = 255;

  /** Below this a binary16 is subnormal and rounding may change it by up to half. */
  private static final float SMALLEST_NORMAL_HALF = 0x1p-14f;

  private static final float SMALLEST_HALF = 0x1p-24f;

  private StoredParameters() {}

  /**
   * Rounds parameters to their stored type.
   *
   * @param what their name in the message
   * @throws PbqException NUMERICAL naming the layer if one is too large for it
   */
  static HqqParameters plain(String layer, String what, float[] exact, ScaleDtype type) {
    float[] stored = new float[exact.length];
    Parallel.forEachRange(
        exact.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            stored[i] = type.store(exact[i], layer, what);
          }
        });
    return new HqqParameters.Plain(stored);
  }

  /**
   * A scale as it is stored plainly, never 0.
   *
   * @throws PbqException NUMERICAL naming the layer if it is too large for its type
   */
  static float plainScale(String layer, float exact, ScaleDtype type) {
    float stored = type.store(exact, layer, "scale");
    // Among the coarse subnormals, round up, so that the grid still spans the weights.
    boolean up = type == ScaleDtype.F16 && stored < SMALLEST_NORMAL_HALF && stored < exact;
    return up ? stored + SMALLEST_HALF : stored;
  }

  /**
   * Codes parameters with 8 bits: min-max grids along axis 0 of the parameters in a row, neither
   * rounded nor refined ({@code --quant-scale} in {@code docs/methods/hqq.md#options}).
   *
   * @param groupsize parameters that share a grid, -1 for all; must divide their number
   */
  static HqqParameters.Coded coded(float[] exact, int groupsize, RangeGuard guard) {
    int size = groupsize == -1 ? exact.length : groupsize;
    FlatGroups groups = new FlatGroups(0, size);
    Grid grid = new Grid(LARGEST_CODE, false, guard, Float.MAX_VALUE);
    Ranges ranges = Ranges.of(exact, groups);
    int count = ranges.lo().length;
    float[] inverse = new float[count];
    float[] scale = new float[count];
    float[] zero = new float[count];
    for (int g = 0; g < count; g++) {
      inverse[g] = grid.inverseScale(ranges.lo()[g], ranges.hi()[g]);
      scale[g] = 1 / inverse[g];
      zero[g] = grid.zero(ranges.lo()[g], ranges.hi()[g], inverse[g]);
    }
    byte[] codes = Codes.of(exact, groups, LARGEST_CODE, inverse, zero);
    return new HqqParameters.Coded(size, codes, scale, zero);
  }

  /**
   * The scales that codes belong to.
   *
   * @throws PbqException NUMERICAL naming the layer if coded scales are of no use
   */
  static float[] usableScales(String layer, HqqParameters scale, ComputeDtype compute) {
    float[] values = scale.values(compute);
    for (float value : values) {
      if (!(value > 0 && value <= Float.MAX_VALUE)) {
        throw PbqException.numerical(
            Wording.of("%s: a scale becomes %s with {quantScale}; leave it out", layer, value));
      }
    }
    return values;
  }
}
